import Media

/// The parser of a stream's codec. Each call takes it out of its case and puts it back, so that its memory has one
/// owner.
enum StreamParser: Sendable {
    case none
    case video(VideoParser)
    case adts(AudioParser<ADTSFraming>)
    case latm(AudioParser<LATMFraming>)
    case mpeg(AudioParser<MPEGAudioFraming>)
    case ac3(AudioParser<AC3Framing>)
    case opus(AudioParser<OpusFraming>)

    /// Nil when there are no samples of the stream's codec.
    init?(_ stream: TSStream) {
        switch stream.codec.name {
        case "H.264": self = .video(VideoParser(codec: .h264))
        case "H.265": self = .video(VideoParser(codec: .hevc))
        case "AAC": self = .adts(AudioParser(ADTSFraming()))
        case "AAC-LATM": self = .latm(AudioParser(LATMFraming()))
        case "MP2": self = .mpeg(AudioParser(MPEGAudioFraming()))
        case "AC-3", "E-AC-3": self = .ac3(AudioParser(AC3Framing()))
        case "Opus": self = .opus(AudioParser(OpusFraming(channelCode: stream.opusChannelCode)))
        default: return nil
        }
    }

    mutating func consume(_ content: PESContent, outputs: inout StreamOutputs) {
        switch take() {
        case .none:
            break
        case .video(var video):
            video.consume(content, outputs: &outputs)
            self = .video(video)
        case .adts(var audio):
            audio.consume(content, outputs: &outputs)
            self = .adts(audio)
        case .latm(var audio):
            audio.consume(content, outputs: &outputs)
            self = .latm(audio)
        case .mpeg(var audio):
            audio.consume(content, outputs: &outputs)
            self = .mpeg(audio)
        case .ac3(var audio):
            audio.consume(content, outputs: &outputs)
            self = .ac3(audio)
        case .opus(var audio):
            audio.consume(content, outputs: &outputs)
            self = .opus(audio)
        }
    }

    /// Bytes were lost, and with them what had begun.
    mutating func bytesLost() {
        switch take() {
        case .none:
            break
        case .video(var video):
            video.bytesLost()
            self = .video(video)
        case .adts(var audio):
            audio.bytesLost()
            self = .adts(audio)
        case .latm(var audio):
            audio.bytesLost()
            self = .latm(audio)
        case .mpeg(var audio):
            audio.bytesLost()
            self = .mpeg(audio)
        case .ac3(var audio):
            audio.bytesLost()
            self = .ac3(audio)
        case .opus(var audio):
            audio.bytesLost()
            self = .opus(audio)
        }
    }

    /// Nothing more comes.
    mutating func finish(outputs: inout StreamOutputs) {
        guard case .video = self, case .video(var video) = take() else { return }
        video.finish(outputs: &outputs)
        self = .video(video)
    }

    private mutating func take() -> StreamParser {
        var parser = StreamParser.none
        swap(&parser, &self)
        return parser
    }
}
