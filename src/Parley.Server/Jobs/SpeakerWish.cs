using System.Globalization;
using Parley.Speakers;

namespace Parley.Server.Jobs;

/// <summary>
/// What is wished about speakers as rows and keys spell it. Their number: empty, <c>2</c>, <c>2..4</c>, <c>2..</c> or <c>..4</c>; behind it, where voices are
/// known, <c>+</c> and the identity of those.
/// </summary>
internal static class SpeakerWish
{
    private const string Range = "..";
    private const char Voices = '+';

    public static string Of(JobOptions options) => Of(options.Speakers) + (options.Voices is { } voices ? Voices + voices : "");

    /// <summary>Identity of the known voices; null for none.</summary>
    public static string? VoicesOf(string text) => text.IndexOf(Voices, StringComparison.Ordinal) is >= 0 and var at ? text[(at + 1)..] : null;

    public static string Of(SpeakerCount count)
    {
        int? exact = count.Exact ?? (count.Min == count.Max ? count.Min : null);
        return exact is { } number ? Text(number) : count.Min is null && count.Max is null ? "" : $"{Text(count.Min)}{Range}{Text(count.Max)}";
    }

    /// <exception cref="FormatException">The text is none of ours.</exception>
    public static SpeakerCount Parse(string text)
    {
        text = text.Split(Voices)[0];
        if (text.Length == 0)
            return SpeakerCount.Unknown;
        int range = text.IndexOf(Range, StringComparison.Ordinal);
        return range < 0 ? new SpeakerCount(Exact: Number(text)) : new SpeakerCount(Min: Number(text[..range]), Max: Number(text[(range + Range.Length)..]));
    }

    private static string Text(int? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "";

    private static int? Number(string text) => text.Length == 0 ? null : int.Parse(text, CultureInfo.InvariantCulture);
}
