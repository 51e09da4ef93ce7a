namespace Parley.TextNormalization;

/// <summary>Reads whole numbers. Pure.</summary>
internal static class NumberReader
{
    // What is counted or paid for "each": 一百一斤 is a hundred a pound.
    private const string Each = "个只条张位次天年件本台辆篇周层楼页行题项名家人杯瓶斤晚月小公米克吨份盒包袋双套间亩平顿针宿夜";

    /// <summary>Reads the number that fills the numerals from a place on.</summary>
    /// <param name="text">The text.</param>
    /// <param name="start">First of its numerals.</param>
    /// <returns>Null when the numerals are no number in good order: 二三十, 百万, 三百五百.</returns>
    public static SpokenNumber? Read(SpokenText text, int start)
    {
        int end = text.NumeralsEnd(start);
        ReadOnlySpan<char> numerals = text.Slice(start, end);
        if (numerals.Length == 1)
            return ReadOne(start, numerals[0]);
        if (text.DigitsEnd(start) == end)
            return ReadDigits(start, numerals);
        if (numerals[0] == '零' || Cardinal(numerals, out bool shortened) is not { } value)
            return null;

        // 一百二 is 120, but 一百一个 is a hundred for each.
        if (shortened && text[end - 1] == '一' && (Each.Contains(text[end]) || OrdinaryWords.BeginAt(text, end - 1)))
        {
            end--;
            return end - start > 1 && Cardinal(text.Slice(start, end), out _) is { } whole ? new SpokenNumber(start, end, NumberKind.Cardinal, whole) : null;
        }

        return shortened && text[end] == '点' ? null : new SpokenNumber(start, end, NumberKind.Cardinal, value);
    }

    /// <summary>Value of a number with units: 三千五百二十一, 十五, 两万三.</summary>
    /// <param name="numerals">The whole number.</param>
    /// <param name="shortened">Whether the unit of its last digit was left out: 一百二 for 120.</param>
    /// <returns>Null for everything that is not in good order.</returns>
    public static long? Cardinal(ReadOnlySpan<char> numerals, out bool shortened)
        => Parts(numerals, '亿', static (ReadOnlySpan<char> part, out bool cut) => Parts(part, '万', Section, out cut), out shortened);

    private delegate long? PartReader(ReadOnlySpan<char> numerals, out bool shortened);

    // What stands before and behind a big unit; a single digit behind it is short for the next lower unit.
    private static long? Parts(ReadOnlySpan<char> numerals, char unit, PartReader read, out bool shortened)
    {
        int place = numerals.LastIndexOf(unit);
        if (place < 0)
            return read(numerals, out shortened);

        shortened = false;
        long size = Numerals.Unit(unit);
        if (read(numerals[..place], out bool cut) is not { } high || cut)
            return null;
        ReadOnlySpan<char> rest = numerals[(place + 1)..];
        if (rest.Length == 0)
            return high * size;
        if (rest.Length == 1)
        {
            shortened = Numerals.Count(rest[0]) > 0 && rest[0] != '两';
            return shortened ? (high * size) + (Numerals.Count(rest[0]) * size / 10) : null;
        }

        return read(rest, out shortened) is { } low ? (high * size) + low : null;
    }

    // Below 10,000.
    private static long? Section(ReadOnlySpan<char> numerals, out bool shortened)
    {
        shortened = false;
        long value = 0, unit = 10_000;
        bool zero = false;
        for (int i = 0; i < numerals.Length; i++)
        {
            int count = Numerals.Count(numerals[i]);
            long next = i + 1 < numerals.Length ? Numerals.Unit(numerals[i + 1]) : 0;
            if (numerals[i] is '零' or '〇')
            {
                if (zero || unit == 10 || i == numerals.Length - 1)
                    return null;
                zero = true;
            }
            else if (count > 0 && next > 0 && next < unit && !(numerals[i] == '两' && next == 10))
            {
                (value, unit, zero) = (value + (count * next), next, false);
                i++;
            }
            else if (numerals[i] == '十' && unit > 10 && (i == 0 || zero || unit == 100))
            {
                (value, unit, zero) = (value + 10, 10, false);
            }
            else if (count > 0 && i == numerals.Length - 1 && (numerals[i] != '两' || i == 0))
            {
                shortened = !zero && unit is 100 or 1000;
                value += shortened ? count * unit / 10 : count;
            }
            else
            {
                return null;
            }
        }

        return value > 0 ? value : null;
    }

    private static SpokenNumber? ReadOne(int start, char numeral)
    {
        if (numeral == '十')
            return new SpokenNumber(start, start + 1, NumberKind.Ten, 10);
        bool isDigit = numeral is '零' or '〇' || Numerals.Count(numeral) > 0;
        return isDigit ? new SpokenNumber(start, start + 1, NumberKind.Digit, Numerals.Count(numeral)) : null;
    }

    // The value of very long series does not matter: they are written digit by digit.
    private static SpokenNumber? ReadDigits(int start, ReadOnlySpan<char> numerals)
    {
        long value = 0;
        foreach (char numeral in numerals)
            value = unchecked((value * 10) + Numerals.Digit(numeral));
        if (numerals.Length > 2)
            return new SpokenNumber(start, start + numerals.Length, NumberKind.Digits, value);
        return numerals.Contains('幺') ? null : new SpokenNumber(start, start + numerals.Length, NumberKind.Pair, value);
    }
}
