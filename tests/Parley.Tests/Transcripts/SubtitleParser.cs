using System.Globalization;
using System.Text.RegularExpressions;

namespace Parley.Tests.Transcripts;

/// <summary>A strict reader of SRT and WebVTT, independent of the writers.</summary>
internal static partial class SubtitleParser
{
    internal sealed record ParsedCue(long StartMs, long EndMs, string[] Lines);

    public static List<ParsedCue> Srt(string text)
    {
        List<ParsedCue> cues = [];
        foreach (string block in Blocks(text))
        {
            string[] lines = block.Split('\n');
            lines.Length.ShouldBeGreaterThanOrEqualTo(3, block);
            lines[0].ShouldBe((cues.Count + 1).ToString(CultureInfo.InvariantCulture));
            cues.Add(Cue(lines[1], lines[2..], ','));
        }

        return cues;
    }

    public static List<ParsedCue> Vtt(string text)
    {
        text.ShouldStartWith("WEBVTT\n");
        return [.. Blocks(text["WEBVTT\n".Length..].TrimStart('\n')).Select(block => Cue(block.Split('\n')[0], block.Split('\n')[1..], '.'))];
    }

    private static IEnumerable<string> Blocks(string text)
    {
        if (text.Length == 0)
            return [];
        text.ShouldEndWith("\n");
        return text[..^1].Split("\n\n");
    }

    private static ParsedCue Cue(string times, string[] lines, char point)
    {
        Match match = Times().Match(times);
        match.Success.ShouldBeTrue(times);
        lines.ShouldNotBeEmpty();
        foreach (string line in lines)
        {
            line.Trim().ShouldNotBeEmpty();
            line.ShouldNotContain("-->");
            line.Any(char.IsControl).ShouldBeFalse(line);
        }

        return new ParsedCue(Milliseconds(match, 1), Milliseconds(match, 6), lines);

        long Milliseconds(Match m, int group)
        {
            m.Groups[group + 3].Value.ShouldBe(point.ToString());
            return (((((long.Parse(m.Groups[group].Value) * 60) + long.Parse(m.Groups[group + 1].Value)) * 60)
                + long.Parse(m.Groups[group + 2].Value)) * 1000) + long.Parse(m.Groups[group + 4].Value);
        }
    }

    [GeneratedRegex(@"^(\d{2,}):([0-5]\d):([0-5]\d)([,.])(\d{3}) --> (\d{2,}):([0-5]\d):([0-5]\d)([,.])(\d{3})$", RegexOptions.None, 1000)]
    private static partial Regex Times();
}
