using System.Globalization;

namespace Parley.Models;

/// <summary>The numbers of a Kaldi nnet text file with one AddShift and one Rescale block.</summary>
/// <remarks>
/// Each block reads <c>&lt;AddShift&gt; D D &lt;LearnRateCoef&gt; 0 [ v0 … v(D-1) ]</c>; blanks and line breaks separate words. Other blocks are skipped.
/// </remarks>
internal sealed record CmvnFile(float[] Shift, float[] Scale)
{
    private const int MaxBytes = 4 << 20; // 560 values take 11 kB
    private const int MaxDim = 65_536;
    private static readonly char[] Blanks = [' ', '\t', '\r', '\n'];

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="dim">Values of a row that the model takes: mel bins times stacked frames.</param>
    /// <exception cref="ModelFileException">The file is missing, larger than 4 MiB, no such file, or for rows of another size.</exception>
    public static CmvnFile Read(string path, int dim)
    {
        string[] words = ReadText(path).Split(Blanks, StringSplitOptions.RemoveEmptyEntries);
        float[] shift = ReadBlock(path, words, "<AddShift>");
        float[] scale = ReadBlock(path, words, "<Rescale>");
        if (shift.Length != scale.Length)
            throw new ModelFileException(path, $"{path}: <AddShift> has {shift.Length} values, <Rescale> has {scale.Length}; expected as many.");
        return shift.Length == dim
            ? new CmvnFile(shift, scale)
            : throw new ModelFileException(path, $"{path} normalises rows of {shift.Length} values, but the model takes {dim}. Use the file that belongs to the model.");
    }

    private static string ReadText(string path)
    {
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            if (file.Length > MaxBytes)
                throw new ModelFileException(path, $"{path} has {file.Length:N0} bytes; a normalisation file has at most {MaxBytes:N0}. Is it the right file?");
            using StreamReader reader = new(file);
            return reader.ReadToEnd();
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ModelFileException(path, $"Normalisation file not found: {path}. Model directories in FunASR's layout hold it as am.mvn.", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ModelFileException(path, $"{path} cannot be read: {error.Message}", error);
        }
    }

    private static float[] ReadBlock(string path, string[] words, string name)
    {
        int at = Array.IndexOf(words, name);
        if (at < 0)
            throw new ModelFileException(path, $"{path} has no {name} block; expected a Kaldi nnet text file with <AddShift> and <Rescale>.");
        if (Array.IndexOf(words, name, at + 1) >= 0)
            throw new ModelFileException(path, $"{path} has more than one {name} block; expected one.");

        string[] head = words[(at + 1)..Math.Min(at + 6, words.Length)];
        if (head is not [_, _, "<LearnRateCoef>", _, "["] || !int.TryParse(head[0], NumberStyles.None, CultureInfo.InvariantCulture, out int dim))
            throw new ModelFileException(path, $"{path}: expected \"{name} D D <LearnRateCoef> 0 [\", found \"{Shorten(string.Join(' ', [name, .. head]))}\".");
        if (dim is < 1 or > MaxDim || !string.Equals(head[0], head[1], StringComparison.Ordinal))
            throw new ModelFileException(path, $"{path}: {name} declares {Shorten(head[0])} x {Shorten(head[1])} values; expected the same number twice, 1 to {MaxDim}.");

        int first = at + 6;
        int end = Array.IndexOf(words, "]", first);
        if (end - first != dim)
            throw new ModelFileException(path, $"{path}: {name} declares {dim} values and holds {(end < 0 ? "no closing bracket" : $"{end - first}")}. Is the file complete?");
        return [.. words[first..end].Select(word => ReadNumber(path, name, word))];
    }

    private static float ReadNumber(string path, string name, string word)
        => float.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out float value) && float.IsFinite(value)
            ? value
            : throw new ModelFileException(path, $"{path}: {name} holds \"{Shorten(word)}\" where a finite number is expected.");

    private static string Shorten(string text) => text.Length <= 60 ? text : string.Concat(text.AsSpan(0, 60), "…");
}
