using System.Text;
using System.Text.Json;
using Parley.Transcripts.Formats;

namespace Parley.Transcripts;

/// <summary>Writes transcripts in every <see cref="TranscriptFormat"/>. Safe for concurrent calls.</summary>
/// <remarks>Whatever a text holds (line ends, control characters, markup, half a surrogate pair), the file stays well formed. Lines end with a line feed on every system.</remarks>
public static class TranscriptWriter
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Writes a transcript.</summary>
    /// <param name="transcript">What was said.</param>
    /// <param name="format">What to write.</param>
    /// <param name="document">What the file says beyond the transcript.</param>
    /// <param name="output">Receives the text; UTF-8 without byte order mark is what readers expect. Stays open.</param>
    /// <exception cref="ArgumentException">The format is no text (<see cref="IsText"/>).</exception>
    public static void Write(Transcript transcript, TranscriptFormat format, TranscriptDocument document, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(transcript);
        ArgumentNullException.ThrowIfNull(document);
        ArgumentNullException.ThrowIfNull(output);
        switch (format)
        {
            case TranscriptFormat.Txt: TxtFormat.Write(transcript, document, output); break;
            case TranscriptFormat.Json: JsonFormat.Write(transcript, document, output); break;
            case TranscriptFormat.Srt: SrtFormat.Write(transcript, document, output); break;
            case TranscriptFormat.Vtt: VttFormat.Write(transcript, document, output); break;
            case TranscriptFormat.Sentences: SentencesFormat.Write(transcript, document, output); break;
            case TranscriptFormat.Rttm: RttmFormat.Write(transcript, document, output); break;
            case TranscriptFormat.Docx: throw new ArgumentException("A document of this format is no text. Write it to a stream.", nameof(format));
            default: throw new ArgumentOutOfRangeException(nameof(format), format, "Unknown transcript format.");
        }
    }

    /// <summary>Writes a transcript in any format; text as UTF-8 without byte order mark.</summary>
    /// <param name="transcript">What was said.</param>
    /// <param name="format">What to write.</param>
    /// <param name="document">What the file says beyond the transcript.</param>
    /// <param name="output">Receives the file; need not be seekable. Stays open.</param>
    public static void Write(Transcript transcript, TranscriptFormat format, TranscriptDocument document, Stream output)
    {
        ArgumentNullException.ThrowIfNull(transcript);
        ArgumentNullException.ThrowIfNull(document);
        ArgumentNullException.ThrowIfNull(output);
        if (!IsText(format))
        {
            DocxFormat.Write(transcript, document, output);
            return;
        }

        using StreamWriter text = new(output, Utf8, leaveOpen: true) { NewLine = "\n" };
        Write(transcript, format, document, text);
    }

    /// <summary>Whether files of a format are text.</summary>
    public static bool IsText(TranscriptFormat format) => format != TranscriptFormat.Docx;

    /// <summary>Writes the JSON object of a transcript as one value of a larger document.</summary>
    /// <param name="transcript">What was said.</param>
    /// <param name="document">What the object says beyond the transcript.</param>
    /// <param name="output">Receives the object, with its own escaping and indentation. Stays open.</param>
    public static void WriteJson(Transcript transcript, TranscriptDocument document, Utf8JsonWriter output)
    {
        ArgumentNullException.ThrowIfNull(transcript);
        ArgumentNullException.ThrowIfNull(document);
        ArgumentNullException.ThrowIfNull(output);
        JsonFormat.Write(transcript, document, output);
    }

    /// <summary>The same as <see cref="Write(Transcript, TranscriptFormat, TranscriptDocument, TextWriter)"/>, as a string.</summary>
    public static string ToText(Transcript transcript, TranscriptFormat format, TranscriptDocument document)
    {
        using StringWriter output = new() { NewLine = "\n" };
        Write(transcript, format, document, output);
        return output.ToString();
    }

    /// <summary>What a file of this format is called after its base name, such as <c>.srt</c>; no two formats share one.</summary>
    public static string FileExtension(TranscriptFormat format) => format switch
    {
        TranscriptFormat.Txt => ".txt",
        TranscriptFormat.Json => ".json",
        TranscriptFormat.Srt => ".srt",
        TranscriptFormat.Vtt => ".vtt",
        TranscriptFormat.Sentences => ".sentences.txt",
        TranscriptFormat.Rttm => ".rttm",
        TranscriptFormat.Docx => ".docx",
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "Unknown transcript format."),
    };
}
