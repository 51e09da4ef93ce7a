using System.Text;
using Parley.Asr;

namespace Parley.Cli.Transcribing;

/// <summary>The hotwords of a command line.</summary>
internal static class HotwordList
{
    // Fifty words of the longest kind are a fifth of that.
    private const int MaxFileBytes = 64 * 1024;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Those that were typed, and those of a file, a hotword on each line.</summary>
    /// <exception cref="UsageException">They are no list of hotwords, or the file cannot be read.</exception>
    public static IReadOnlyList<string> Read(string? typed, string? path)
    {
        try
        {
            IReadOnlyList<string> words = Hotwords.Parse(typed);
            return path is null ? words : Hotwords.Checked(words.Concat(Lines(path)));
        }
        catch (RecognitionWishException error)
        {
            throw new UsageException(error.Message, error);
        }
    }

    private static string[] Lines(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            byte[] bytes = new byte[MaxFileBytes + 1];
            int length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return length <= MaxFileBytes
                ? Strict.GetString(bytes, 0, length).TrimStart('\uFEFF').Split('\n')
                : throw new UsageException($"{path} has more than {MaxFileBytes} bytes; that is no list of hotwords. Write one word on each line, {Hotwords.MaxWords} at most.");
        }
        catch (DecoderFallbackException error)
        {
            throw new UsageException($"{path} is no text in UTF-8. Save the list of hotwords as UTF-8, one word on each line.", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new UsageException($"Cannot read the hotwords in {path}: {error.Message}", error);
        }
    }
}
