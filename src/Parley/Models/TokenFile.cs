using System.Text.Json;

namespace Parley.Models;

/// <summary>Reads a vocabulary: the index of a token is its class number.</summary>
internal static class TokenFile
{
    /// <summary>The largest official vocabulary (471 067 words) has 8.3 MB.</summary>
    private const long MaxBytes = 64L << 20;

    /// <summary>Reads <c>tokens.json</c> (an array of texts) or <c>tokens.txt</c> (one a line, or <c>token number</c> a line).</summary>
    /// <exception cref="ModelFileException">The file cannot be read, or a token is empty or there twice.</exception>
    public static IReadOnlyList<string> Read(string path)
    {
        try
        {
            long length = new FileInfo(path).Length;
            if (length > MaxBytes)
                throw new ModelFileException(path, $"{path} has {length} bytes; a vocabulary has at most {MaxBytes}.");
            return Checked(path, path.EndsWith(".json", StringComparison.OrdinalIgnoreCase) ? ReadJson(path) : ReadLines(path));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ModelFileException(path, $"Cannot read {path}: {error.Message}", error);
        }
    }

    /// <summary>Refuses empty lists, empty tokens and tokens that are there twice.</summary>
    public static IReadOnlyList<string> Checked(string path, IReadOnlyList<string> tokens)
    {
        if (tokens.Count == 0)
            throw new ModelFileException(path, $"{path} holds no tokens; expected the vocabulary of the network.");
        Dictionary<string, int> seen = new(tokens.Count, StringComparer.Ordinal);
        for (int i = 0; i < tokens.Count; i++)
        {
            if (tokens[i].Length == 0)
                throw new ModelFileException(path, $"{path}: token {i} is empty.");
            if (!seen.TryAdd(tokens[i], i))
                throw new ModelFileException(path, $"{path}: token {i} '{tokens[i]}' is the same as token {seen[tokens[i]]}; each may be there once.");
        }

        return tokens;
    }

    private static string[] ReadJson(string path)
    {
        try
        {
            string?[]? tokens = JsonSerializer.Deserialize<string?[]>(File.ReadAllBytes(path));
            return [.. (tokens ?? []).Select(token => token ?? string.Empty)];
        }
        catch (JsonException error)
        {
            throw new ModelFileException(path, $"{path}: expected a JSON array of texts (line {error.LineNumber + 1}): {error.Message}", error);
        }
    }

    private static string[] ReadLines(string path)
    {
        string[] lines = File.ReadAllLines(path);
        bool numbered = lines.Length > 0 && lines.Index().All(line => Number(line.Item) == line.Index);
        return numbered ? [.. lines.Select(line => line[..line.LastIndexOf(' ')])] : lines;
    }

    /// <summary>The number behind the last blank of a line; -1 without one.</summary>
    private static int Number(string line)
    {
        int blank = line.LastIndexOf(' ');
        return blank > 0 && int.TryParse(line.AsSpan(blank + 1), out int number) ? number : -1;
    }
}
