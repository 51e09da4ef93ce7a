namespace Parley.Vad;

/// <summary>What the smoothed speech signal does at a frame.</summary>
internal enum SpeechChange
{
    /// <summary>Silence goes on.</summary>
    Silence,

    /// <summary>Speech begins.</summary>
    SilenceToSpeech,

    /// <summary>Speech goes on.</summary>
    Speech,

    /// <summary>Speech ends.</summary>
    SpeechToSilence,
}

/// <summary>Counts speech frames in a sliding window and smooths them into speech and silence with two thresholds.</summary>
/// <remarks>
/// With equal thresholds (the released 150 / 150 ms) a count that stays exactly there switches at every frame: both
/// comparisons include equality. That is the released behaviour and kept.
/// </remarks>
internal sealed class SpeechWindow
{
    private readonly bool[] _frames;
    private readonly int _toSpeech;
    private readonly int _toSilence;
    private int _position;
    private int _count;
    private bool _inSpeech;

    public SpeechWindow(VadOptions options)
    {
        _frames = new bool[options.WindowMs / VadStateMachine.FrameMs];
        _toSpeech = options.SilenceToSpeechMs / VadStateMachine.FrameMs;
        _toSilence = options.SpeechToSilenceMs / VadStateMachine.FrameMs;
    }

    /// <summary>Frames in the window.</summary>
    public int Length => _frames.Length;

    /// <summary>Takes the next frame.</summary>
    public SpeechChange Push(bool speech)
    {
        _count += (speech ? 1 : 0) - (_frames[_position] ? 1 : 0);
        _frames[_position] = speech;
        _position = _position + 1 == _frames.Length ? 0 : _position + 1;

        if (!_inSpeech && _count >= _toSpeech)
        {
            _inSpeech = true;
            return SpeechChange.SilenceToSpeech;
        }

        if (_inSpeech && _count <= _toSilence)
        {
            _inSpeech = false;
            return SpeechChange.SpeechToSilence;
        }

        return _inSpeech ? SpeechChange.Speech : SpeechChange.Silence;
    }

    /// <summary>Forgets all frames.</summary>
    public void Reset()
    {
        Array.Clear(_frames);
        (_position, _count, _inSpeech) = (0, 0, false);
    }
}
