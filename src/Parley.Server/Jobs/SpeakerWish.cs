using System.Globalization;
using Parley.Speakers;

namespace Parley.Server.Jobs;

/// <summary>A wish for a number of speakers as rows and keys spell it: empty, <c>2</c>, <c>2..4</c>, <c>2..</c> or <c>..4</c>.</summary>
internal static class SpeakerWish
{
    private const string Range = "..";

    public static string Of(SpeakerCount count)
    {
        int? exact = count.Exact ?? (count.Min == count.Max ? count.Min : null);
        return exact is { } number ? Text(number) : count.Min is null && count.Max is null ? "" : $"{Text(count.Min)}{Range}{Text(count.Max)}";
    }

    /// <exception cref="FormatException">The text is none of ours.</exception>
    public static SpeakerCount Parse(string text)
    {
        if (text.Length == 0)
            return SpeakerCount.Unknown;
        int range = text.IndexOf(Range, StringComparison.Ordinal);
        return range < 0 ? new SpeakerCount(Exact: Number(text)) : new SpeakerCount(Min: Number(text[..range]), Max: Number(text[(range + Range.Length)..]));
    }

    private static string Text(int? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "";

    private static int? Number(string text) => text.Length == 0 ? null : int.Parse(text, CultureInfo.InvariantCulture);
}
