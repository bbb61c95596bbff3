package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// refusalError is the server's answer to an offer that it does not take.
type refusalError struct {
	Status  int             `json:"status"`
	Problem json.RawMessage `json:"problem"`
}

func (refusal *refusalError) Error() string {
	return fmt.Sprintf("refused with %d: %s", refusal.Status, refusal.Problem)
}

// post sends the offer (RFC 9725 section 4.2) and returns the answer and the session's URL.
func post(url, offer string) (answer, session string, err error) {
	response, err := http.Post(url, "application/sdp", strings.NewReader(offer))
	if err != nil {
		return "", "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return "", "", err
	}
	if response.StatusCode != http.StatusCreated {
		return "", "", &refusalError{response.StatusCode, body}
	}
	location, err := response.Location()
	if err != nil {
		return "", "", err
	}
	return string(body), location.String(), nil
}

func hangUp(session string) error {
	request, err := http.NewRequest(http.MethodDelete, session, nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	return response.Body.Close()
}
