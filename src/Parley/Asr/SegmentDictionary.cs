using System.Text;
using Parley.Models;

namespace Parley.Asr;

/// <summary>
/// Looks words up in <c>seg_dict</c>: a line for each word, with the pieces that the vocabulary has for it behind it. The official file has 8 MB, and a list of
/// hotwords needs a few lines of it: it is read through for each list, and nothing of it is kept.
/// </summary>
internal static class SegmentDictionary
{
    /// <summary>The pieces of those words that the file knows.</summary>
    /// <exception cref="ModelFileException">The file cannot be read.</exception>
    public static Dictionary<string, string[]> Find(string path, IReadOnlySet<string> words)
    {
        Dictionary<string, string[]> found = new(StringComparer.Ordinal);
        try
        {
            foreach (string line in File.ReadLines(path, Encoding.UTF8))
            {
                int end = line.AsSpan().IndexOfAny('\t', ' ');
                if (end <= 0 || !words.Contains(line[..end]))
                    continue;
                string[] pieces = line[end..].Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
                if (pieces.Length > 0)
                    found[line[..end]] = pieces; // of several lines the last counts, as in FunASR
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ModelFileException(path, $"Cannot read {path}: {error.Message}", error);
        }

        return found;
    }
}
