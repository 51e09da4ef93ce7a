using System.Globalization;
using System.Text;

namespace Parley.Transcripts.Metrics;

/// <summary>Reads RTTM (NIST RT-09 evaluation plan, appendix A): SPEAKER lines count, other types, comments (<c>;;</c>) and empty lines are skipped.</summary>
public static class RttmReader
{
    /// <summary>A longer line is no RTTM.</summary>
    public const int MaxLineLength = 4096;

    /// <summary>More turns than a corpus of a hundred hours has.</summary>
    public const int MaxTurns = 200_000;

    /// <summary>Reads all turns.</summary>
    /// <param name="input">Stays open.</param>
    /// <param name="name">What messages call the input: its file name.</param>
    /// <returns>In the order of the file.</returns>
    /// <exception cref="InvalidDataException">A line is no RTTM, or a limit is exceeded; the message names input, line, expectation and finding.</exception>
    public static IReadOnlyList<RttmTurn> Read(TextReader input, string name)
    {
        ArgumentNullException.ThrowIfNull(input);
        List<RttmTurn> turns = [];
        for (int number = 1; ReadLine(input, name, number) is string line; number++)
        {
            string[] fields = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length == 0 || !string.Equals(fields[0], "SPEAKER", StringComparison.Ordinal))
                continue;
            if (fields.Length < 8)
            {
                throw new InvalidDataException(
                    $"{name}, line {number}: expected SPEAKER <file> <channel> <start> <duration> <NA> <NA> <label>, found {fields.Length} fields.");
            }

            if (turns.Count == MaxTurns)
                throw new InvalidDataException($"{name}, line {number}: more than {MaxTurns} turns; split the file.");
            int start = Milliseconds(fields[3], "start", name, number), length = Milliseconds(fields[4], "duration", name, number);
            if (start > int.MaxValue - length)
                throw new InvalidDataException($"{name}, line {number}: the turn ends beyond {int.MaxValue / 1000} seconds.");
            turns.Add(new RttmTurn(fields[1], new TranscriptTurn(start, start + length, fields[7])));
        }

        return turns;
    }

    private static int Milliseconds(string field, string what, string name, int line)
    {
        if (!double.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds)
            || !(seconds >= 0 && seconds <= int.MaxValue / 1000))
        {
            throw new InvalidDataException(
                $"{name}, line {line}: expected {what} in seconds between 0 and {int.MaxValue / 1000}, found '{field}'.");
        }

        return (int)Math.Round(seconds * 1000);
    }

    // TextReader.ReadLine would hold a line of any length in memory.
    private static string? ReadLine(TextReader input, string name, int number)
    {
        StringBuilder line = new();
        for (int next = input.Read(); next >= 0; next = input.Read())
        {
            if (next == '\n')
                return line.ToString();
            if (line.Length == MaxLineLength)
                throw new InvalidDataException($"{name}, line {number}: longer than {MaxLineLength} characters; this is no RTTM file.");
            line.Append((char)next);
        }

        return line.Length > 0 ? line.ToString() : null;
    }
}
