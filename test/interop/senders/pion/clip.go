package main

import (
	"bufio"
	"encoding/json"
	"os"
)

const longestLine = 16 << 20

// clipTrack is what the offer says of a track.
type clipTrack struct {
	Kind string `json:"kind"`
	// Codec is an encoding name: H264, opus.
	Codec string `json:"codec"`
	// Format is the value of a=fmtp.
	Format string `json:"format"`
}

// clipFrame is one coded picture, Annex B where the codec has NAL units, or one audio frame.
type clipFrame struct {
	Kind string `json:"kind"`
	// PresentationSeconds becomes the RTP timestamp.
	PresentationSeconds float64 `json:"presentationSeconds"`
	// DueSeconds is when it leaves, from the start of the clip.
	DueSeconds float64 `json:"dueSeconds"`
	Data       []byte  `json:"data"`
}

type clip struct {
	Tracks []clipTrack `json:"tracks"`
	Frames []clipFrame `json:"-"`
}

// readClip reads JSON lines: an object with the tracks, then the frames in the order in which they leave.
func readClip(path string) (*clip, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, longestLine)
	lines.Scan()
	read := &clip{}
	if err := json.Unmarshal(lines.Bytes(), read); err != nil {
		return nil, err
	}
	for lines.Scan() {
		var frame clipFrame
		if err := json.Unmarshal(lines.Bytes(), &frame); err != nil {
			return nil, err
		}
		read.Frames = append(read.Frames, frame)
	}
	return read, lines.Err()
}
