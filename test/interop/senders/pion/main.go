// Publishes a clip of coded frames by WHIP with Pion, which packetizes, reports and repeats lost packets.
// Prints one line of JSON: the frames that it sent.
//
//	pion -whip URL -clip FILE
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/webrtc/v4"
)

const (
	connectLimit = 15 * time.Second
	// What was handed over last is still in the socket's queue.
	settle = 300 * time.Millisecond
)

type sentFrames struct {
	Video int `json:"videoFrames"`
	Audio int `json:"audioFrames"`
	// AudioBeforePicture are those of the audio frames that left before the first picture.
	AudioBeforePicture int `json:"audioFramesBeforePicture"`
}

func (sent *sentFrames) count(kind string) {
	if kind == "video" {
		sent.Video++
		return
	}
	sent.Audio++
	if sent.Video == 0 {
		sent.AudioBeforePicture++
	}
}

func main() {
	url := flag.String("whip", "", "WHIP endpoint")
	path := flag.String("clip", "", "JSON lines: the tracks, then a frame each")
	flag.Parse()
	sent, err := publish(*url, *path)
	var refusal *refusalError
	switch {
	case errors.As(err, &refusal):
		say(refusal)
		os.Exit(2)
	case err != nil:
		log.Fatal(err)
	}
	say(sent)
}

func say(message any) {
	line, err := json.Marshal(message)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(string(line))
}

func publish(url, path string) (*sentFrames, error) {
	clip, err := readClip(path)
	if err != nil {
		return nil, err
	}
	peer, err := newPeer(clip.Tracks)
	if err != nil {
		return nil, err
	}
	defer peer.Close()
	senders, err := addTracks(peer, clip.Tracks)
	if err != nil {
		return nil, err
	}
	session, err := connect(peer, url)
	if err != nil {
		return nil, err
	}
	sent, err := play(clip.Frames, senders)
	if err != nil {
		return nil, err
	}
	time.Sleep(settle)
	return sent, hangUp(session)
}

// newPeer offers nothing but the clip's codecs.
func newPeer(tracks []clipTrack) (*webrtc.PeerConnection, error) {
	engine := &webrtc.MediaEngine{}
	for _, track := range tracks {
		if err := track.register(engine); err != nil {
			return nil, err
		}
	}
	interceptors := &interceptor.Registry{}
	if err := webrtc.ConfigureNack(engine, interceptors); err != nil {
		return nil, err
	}
	if err := webrtc.ConfigureRTCPReports(interceptors); err != nil {
		return nil, err
	}
	settings := webrtc.SettingEngine{}
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	api := webrtc.NewAPI(
		webrtc.WithMediaEngine(engine),
		webrtc.WithInterceptorRegistry(interceptors),
		webrtc.WithSettingEngine(settings),
	)
	return api.NewPeerConnection(webrtc.Configuration{})
}

// connect returns the session's URL once ICE and DTLS are done.
func connect(peer *webrtc.PeerConnection, url string) (string, error) {
	connected := make(chan struct{}, 1)
	peer.OnConnectionStateChange(func(state webrtc.PeerConnectionState) {
		if state == webrtc.PeerConnectionStateConnected {
			connected <- struct{}{}
		}
	})
	offer, err := peer.CreateOffer(nil)
	if err != nil {
		return "", err
	}
	gathered := webrtc.GatheringCompletePromise(peer)
	if err := peer.SetLocalDescription(offer); err != nil {
		return "", err
	}
	<-gathered
	answer, session, err := post(url, peer.LocalDescription().SDP)
	if err != nil {
		return "", err
	}
	description := webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer}
	if err := peer.SetRemoteDescription(description); err != nil {
		return "", err
	}
	select {
	case <-connected:
		return session, nil
	case <-time.After(connectLimit):
		return "", fmt.Errorf("still %s after %s", peer.ConnectionState(), connectLimit)
	}
}

// play hands each frame over when it is due.
func play(frames []clipFrame, senders map[string]*sender) (*sentFrames, error) {
	start := time.Now()
	sent := &sentFrames{}
	for _, frame := range frames {
		time.Sleep(time.Until(start.Add(time.Duration(frame.DueSeconds * float64(time.Second)))))
		if err := senders[frame.Kind].send(frame); err != nil {
			return nil, err
		}
		sent.count(frame.Kind)
	}
	return sent, nil
}
