using Parley.Audio;

namespace Parley.Vad;

/// <summary>Turns silence scores, frame by frame, into segments of speech. Memory is constant. Not safe for concurrent calls.</summary>
/// <remarks>
/// The decisions of FSMN-VAD's DetectOneFrame in reduced form: frames that the original stores, confirms and pops are here only
/// <c>_given</c> (first frame that belongs to no segment yet) and <c>_lastSpeech</c> (latest frame known to belong to the open segment).
/// </remarks>
internal sealed class VadStateMachine
{
    /// <summary>Milliseconds of a frame.</summary>
    public const int FrameMs = AudioClock.FrameShiftMs;

    private readonly FrameClassifier _classifier;
    private readonly SpeechWindow _window;
    private readonly EndSilence _endSilence;
    private readonly bool _single;
    private readonly bool _extend;
    private readonly bool _perSegment;
    private readonly int _lookbackFrames;
    private readonly int _lookaheadFrames;
    private readonly int _maxFrames;
    private readonly int _maxStartSilenceMs;

    private int _next;
    private bool _inSpeech;
    private bool _over;
    private int _segmentStart;
    private int _segmentEndMs;
    private int _lastSpeech;
    private int _given;
    private int _silence;
    private bool _endSeen;

    public VadStateMachine(VadOptions options)
    {
        _classifier = new FrameClassifier(options);
        _window = new SpeechWindow(options);
        _endSilence = new EndSilence(options);
        _single = options.DetectMode == VadDetectMode.SingleUtterance;
        _extend = options.Extend;
        _perSegment = options.Profile == SilenceProfile.PerSegment;
        _lookbackFrames = _window.Length + (options.Extend ? options.LookbackMs / FrameMs : 0);
        _lookaheadFrames = options.LookaheadMs / FrameMs;
        _maxFrames = options.MaxSegmentMs / FrameMs;
        _maxStartSilenceMs = options.MaxStartSilenceMs;
    }

    /// <summary>The frame that <see cref="Push"/> takes next.</summary>
    public int NextFrame => _next;

    /// <summary>First frame at which a segment that was not given out yet may begin.</summary>
    public int EarliestOpenFrame => _over ? _next : _inSpeech ? _segmentStart : Math.Min(_next, Math.Max(_given, _next - _lookbackFrames));

    /// <summary>Tells that a chunk of the minute grid begins at <see cref="NextFrame"/>; acts in <see cref="SilenceProfile.ChunkGrid"/> only.</summary>
    public void StartChunk() => _endSilence.StartChunk(_inSpeech);

    /// <summary>Takes the next frame.</summary>
    /// <param name="silence">Silence score in [0, 1].</param>
    /// <param name="decibels">Level of the frame (see <see cref="FrameLevel"/>).</param>
    /// <param name="isLast">Whether no frame follows.</param>
    /// <param name="segments">Receives segments that this frame completes.</param>
    public void Push(float silence, float decibels, bool isLast, List<VadSegment> segments)
    {
        int frame = _next++;
        bool speech = _classifier.IsSpeech(silence, decibels);
        if (_over)
            return;
        switch (_window.Push(speech))
        {
            case SpeechChange.SilenceToSpeech:
                _silence = 0;
                if (_inSpeech)
                {
                    ConfirmBetween(_lastSpeech, frame);
                    ContinueOrEnd(frame, isLast, segments);
                }
                else
                {
                    Begin(Math.Max(_given, frame - _lookbackFrames));
                    ConfirmBetween(_segmentStart, frame + 1);
                }

                break;
            case SpeechChange.SpeechToSilence or SpeechChange.Speech:
                _silence = 0;
                if (_inSpeech)
                    ContinueOrEnd(frame, isLast, segments);
                break;
            default:
                _silence++;
                if (_inSpeech)
                    WaitOrEnd(frame, isLast, segments);
                else
                    WaitForStart(frame, isLast);
                break;
        }

        // Speech that begins with the last frame has no end yet; it is given out as far as it is known.
        if (isLast && _inSpeech)
            segments.Add(new VadSegment(_segmentStart * FrameMs, _segmentEndMs));
    }

    /// <summary>Silence before any segment.</summary>
    private void WaitForStart(int frame, bool isLast)
    {
        bool timedOut = _single && _silence * FrameMs > _maxStartSilenceMs;
        if (timedOut || (isLast && !_endSeen))
        {
            _endSeen = true;
            if (_single)
                _over = true;
            else
                Reset();
        }
        else if (frame >= _lookbackFrames)
        {
            _given = Math.Max(_given, frame - _lookbackFrames);
        }
    }

    /// <summary>Silence within a segment.</summary>
    private void WaitOrEnd(int frame, bool isLast, List<VadSegment> segments)
    {
        int thresholdMs = _endSilence.ThresholdMs((frame - _segmentStart + 1) * FrameMs);
        if (_silence * FrameMs >= thresholdMs)
        {
            // A threshold that has just fallen leaves more silence behind it than itself; the segment still ends right after its speech.
            int back = _perSegment ? Math.Max(_silence, thresholdMs / FrameMs) : thresholdMs / FrameMs;
            if (_extend)
                back = Math.Max(0, back - _lookaheadFrames - 1);
            End(frame - back, segments);
        }
        else if (IsTooLong(frame))
        {
            End(frame, segments);
        }
        else if (_extend && !isLast)
        {
            if (_silence <= _lookaheadFrames)
                Confirm(frame);
        }
        else if (isLast)
        {
            End(frame, segments);
        }
    }

    private void ContinueOrEnd(int frame, bool isLast, List<VadSegment> segments)
    {
        if (isLast || IsTooLong(frame))
            End(frame, segments);
        else
            Confirm(frame);
    }

    private bool IsTooLong(int frame) => frame - _segmentStart + 1 > _maxFrames;

    private void Begin(int frame)
    {
        _inSpeech = true;
        _segmentStart = frame;
        _lastSpeech = frame;
        Confirm(frame);
    }

    /// <summary>Confirms the frames after <paramref name="first"/> and before <paramref name="end"/>.</summary>
    private void ConfirmBetween(int first, int end)
    {
        for (int frame = first + 1; frame < end; frame++)
            Confirm(frame);
    }

    /// <summary>Counts a frame to the open segment.</summary>
    private void Confirm(int frame)
    {
        _lastSpeech = frame;
        _given = Math.Max(_given, frame) + 1;
        _segmentEndMs = checked((frame + 1) * FrameMs);
    }

    private void End(int frame, List<VadSegment> segments)
    {
        ConfirmBetween(_lastSpeech, frame);
        _given = Math.Max(_given, frame) + 1;
        segments.Add(new VadSegment(_segmentStart * FrameMs, checked((frame + 1) * FrameMs)));
        _endSilence.SegmentEnded();
        _endSeen = true;
        if (_single)
            (_over, _inSpeech) = (true, false);
        else
            Reset();
    }

    private void Reset()
    {
        (_inSpeech, _silence, _lastSpeech) = (false, 0, 0);
        _window.Reset();
    }
}
