using System.Text.RegularExpressions;

namespace Parley.Inference.Devices;

/// <summary>Makes messages of the native runtime readable.</summary>
internal static partial class RuntimeMessage
{
    private const int Longest = 240;

    /// <summary>One line: without error codes, source positions and signatures of the runtime's own code.</summary>
    public static string Shorten(string message)
    {
        string line = Whitespace().Replace(ErrorCode().Replace(message, ""), " ").Trim();

        // "file.cc:136 function(arguments) condition was false. What went wrong": what went wrong is what counts.
        Match check = FailedCheck().Match(line);
        if (check.Success && check.Groups[1].Value.Length > 0)
            line = check.Groups[1].Value;
        return line.Length <= Longest ? line : string.Concat(line.AsSpan(0, Longest), " ...");
    }

    [GeneratedRegex(@"\[ErrorCode:\w+\]\s*", RegexOptions.None, 1000)]
    private static partial Regex ErrorCode();

    [GeneratedRegex(@"\s+", RegexOptions.None, 1000)]
    private static partial Regex Whitespace();

    [GeneratedRegex(@"^\S+\.(?:cc|h|cpp):\d+ .* was false\. ?(.*)$", RegexOptions.None, 1000)]
    private static partial Regex FailedCheck();
}
