using System.Globalization;

namespace Parley.TextNormalization;

/// <summary>Writes whole numbers in figures. Pure.</summary>
internal static class Figures
{
    /// <summary>
    /// The replacements that write a number. Round ones keep their last unit, which stays a word of its own: 三万 becomes 3 and 万, 三亿五千万 becomes
    /// 3亿5000万; all others are plain digits, 三万五千二百 becomes 35200.
    /// </summary>
    public static IReadOnlyList<Replacement> Of(SpokenText text, SpokenNumber number)
    {
        char last = text[number.End - 1];
        if (number.Kind == NumberKind.Cardinal && Numerals.IsBigUnit(last))
            return Parts(text, number);
        if (number.Kind == NumberKind.Cardinal && text[number.End - 2] == '亿')
            return [new Replacement(number.Start, number.End, Tenths(number.Value) + "亿")]; // 一亿二
        return [new Replacement(number.Start, number.End, Plain(text, number))];
    }

    /// <summary>A number in plain digits, leading zeros and all: 零零七 is 007.</summary>
    public static string Plain(SpokenText text, SpokenNumber number)
        => number.Kind is NumberKind.Digits or NumberKind.Pair ? Digits(text, number.Start, number.End) : number.Value.ToString(CultureInfo.InvariantCulture);

    /// <summary>Digits one by one.</summary>
    public static string Digits(SpokenText text, int start, int end)
        => string.Create(end - start, (text, start), static (digits, from) =>
        {
            for (int i = 0; i < digits.Length; i++)
                digits[i] = (char)('0' + Numerals.Digit(from.text[from.start + i]));
        });

    private static string Tenths(long value) => (value / 1e8m).ToString("0.#", CultureInfo.InvariantCulture);

    // The sections between big units; a section behind a unit begins with 零 now and then.
    private static List<Replacement> Parts(SpokenText text, SpokenNumber number)
    {
        List<Replacement> parts = [];
        int start = number.Start;
        for (int i = number.Start; i < number.End; i++)
        {
            if (!Numerals.IsBigUnit(text[i]))
                continue;
            if (i > start && NumberReader.Cardinal(text.Slice(start, i), out _) is { } section)
                parts.Add(new Replacement(start, i, section.ToString(CultureInfo.InvariantCulture)));
            start = i + 1;
        }

        return parts;
    }
}
