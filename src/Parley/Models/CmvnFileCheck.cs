namespace Parley.Models;

/// <summary>Checks the dimensions of <c>am.mvn</c> before the features are made (Kaldi nnet text: AddShift and Rescale, each with one row of values).</summary>
internal static class CmvnFileCheck
{
    /// <summary>An official file has 11 203 bytes.</summary>
    private const long MaxBytes = 4L << 20;

    /// <summary>Fields of a row beside the values: <c>&lt;LearnRateCoef&gt; 0 [ ... ]</c>.</summary>
    private const int FieldsAround = 4;

    /// <summary>Checks one file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="dimension">Values of a stacked frame: mel bins times frames in a stack.</param>
    /// <exception cref="ModelFileException">A row is missing or has another number of values.</exception>
    public static void Check(string path, int dimension)
    {
        string[] lines;
        try
        {
            long length = new FileInfo(path).Length;
            if (length > MaxBytes)
                throw new ModelFileException(path, $"{path} has {length} bytes; a file of feature statistics has at most {MaxBytes}.");
            lines = File.ReadAllLines(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ModelFileException(path, $"Cannot read {path}: {error.Message}", error);
        }

        CheckRow(path, lines, "<AddShift>", dimension);
        CheckRow(path, lines, "<Rescale>", dimension);
    }

    private static void CheckRow(string path, string[] lines, string section, int dimension)
    {
        int header = Array.FindIndex(lines, line => line.TrimStart().StartsWith(section, StringComparison.Ordinal));
        string[] fields = header >= 0 && header + 1 < lines.Length ? lines[header + 1].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) : [];
        if (fields.Length == 0 || fields[0] is not "<LearnRateCoef>" || fields[^1] is not "]")
            throw new ModelFileException(path, $"{path}: expected {section} followed by a row of values in brackets, found none. The file may be cut off or not a .mvn file.");
        int found = fields.Length - FieldsAround;
        if (found != dimension)
            throw new ModelFileException(path, $"{path}: expected {dimension} values in {section} (mel bins times stacked frames of the configuration), found {found}. Is it the file of another model?");
    }
}
