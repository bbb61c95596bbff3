package main

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/pion/rtp"
	"github.com/pion/rtp/codecs"
	"github.com/pion/webrtc/v4"
)

const (
	packetBytes = 1200
	headerBytes = 12
	audioType   = 111
	videoType   = 102
	rtxType     = 103
)

type codec struct {
	clockRate uint32
	channels  uint16
	payloader func() rtp.Payloader
}

var known = map[string]codec{
	"H264": {90_000, 0, func() rtp.Payloader { return &codecs.H264Payloader{} }},
	"H265": {90_000, 0, func() rtp.Payloader { return &codecs.H265Payloader{} }},
	"VP8":  {90_000, 0, func() rtp.Payloader { return &codecs.VP8Payloader{EnablePictureID: true} }},
	"VP9":  {90_000, 0, func() rtp.Payloader { return &codecs.VP9Payloader{} }},
	"AV1":  {90_000, 0, func() rtp.Payloader { return &codecs.AV1Payloader{} }},
	"opus": {48_000, 2, func() rtp.Payloader { return &codecs.OpusPayloader{} }},
	"PCMU": {8_000, 0, func() rtp.Payloader { return &codecs.G711Payloader{} }},
	"PCMA": {8_000, 0, func() rtp.Payloader { return &codecs.G711Payloader{} }},
}

func (track clipTrack) capability() webrtc.RTPCodecCapability {
	facts := known[track.Codec]
	capability := webrtc.RTPCodecCapability{
		MimeType:    track.Kind + "/" + track.Codec,
		ClockRate:   facts.clockRate,
		Channels:    facts.channels,
		SDPFmtpLine: track.Format,
	}
	if track.Kind == "video" {
		capability.RTCPFeedback = []webrtc.RTCPFeedback{{Type: "nack"}, {Type: "nack", Parameter: "pli"}}
	}
	return capability
}

// register offers the codec, and for pictures its retransmissions (RFC 4588).
func (track clipTrack) register(engine *webrtc.MediaEngine) error {
	if track.Kind == "audio" {
		parameters := webrtc.RTPCodecParameters{RTPCodecCapability: track.capability(), PayloadType: audioType}
		return engine.RegisterCodec(parameters, webrtc.RTPCodecTypeAudio)
	}
	parameters := webrtc.RTPCodecParameters{RTPCodecCapability: track.capability(), PayloadType: videoType}
	if err := engine.RegisterCodec(parameters, webrtc.RTPCodecTypeVideo); err != nil {
		return err
	}
	repeated := webrtc.RTPCodecCapability{
		MimeType:    webrtc.MimeTypeRTX,
		ClockRate:   known[track.Codec].clockRate,
		SDPFmtpLine: fmt.Sprintf("apt=%d", videoType),
	}
	return engine.RegisterCodec(
		webrtc.RTPCodecParameters{RTPCodecCapability: repeated, PayloadType: rtxType},
		webrtc.RTPCodecTypeVideo,
	)
}

// sender packetizes the frames of one track.
type sender struct {
	track     *webrtc.TrackLocalStaticRTP
	payloader rtp.Payloader
	clockRate float64
	isVideo   bool
	origin    uint32
	sequence  rtp.Sequencer
}

func addTracks(peer *webrtc.PeerConnection, tracks []clipTrack) (map[string]*sender, error) {
	senders := map[string]*sender{}
	for _, one := range tracks {
		track, err := webrtc.NewTrackLocalStaticRTP(one.capability(), one.Kind, "clip")
		if err != nil {
			return nil, err
		}
		direction := webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly}
		transceiver, err := peer.AddTransceiverFromTrack(track, direction)
		if err != nil {
			return nil, err
		}
		go readFeedback(transceiver.Sender())
		senders[one.Kind] = &sender{
			track:     track,
			payloader: known[one.Codec].payloader(),
			clockRate: float64(known[one.Codec].clockRate),
			isVideo:   one.Kind == "video",
			origin:    rand.Uint32(),
			sequence:  rtp.NewRandomSequencer(),
		}
	}
	return senders, nil
}

// readFeedback lets the interceptors see the receiver's reports and requests.
func readFeedback(sender *webrtc.RTPSender) {
	buffer := make([]byte, 1500)
	for {
		if _, _, err := sender.Read(buffer); err != nil {
			return
		}
	}
}

func (sender *sender) send(frame clipFrame) error {
	payloads := sender.payloader.Payload(packetBytes-headerBytes, frame.Data)
	ticks := int64(math.Round(frame.PresentationSeconds * sender.clockRate))
	for index, payload := range payloads {
		packet := &rtp.Packet{Payload: payload}
		packet.Version = 2
		packet.SequenceNumber = sender.sequence.NextSequenceNumber()
		packet.Timestamp = sender.origin + uint32(ticks)
		packet.Marker = sender.isVideo && index == len(payloads)-1
		if err := sender.track.WriteRTP(packet); err != nil {
			return err
		}
	}
	return nil
}
