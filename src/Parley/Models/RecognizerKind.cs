namespace Parley.Models;

/// <summary>The kinds of networks that recognise speech.</summary>
public enum RecognizerKind
{
    /// <summary>Paraformer in all its forms: words, and with most models their times.</summary>
    Paraformer,

    /// <summary>SenseVoice: words, times, marks, and tags for language, emotion and sounds; can be told the language.</summary>
    SenseVoice,
}
