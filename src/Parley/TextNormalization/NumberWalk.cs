namespace Parley.TextNormalization;

/// <summary>Goes through a text once, from left to right, and collects what is to be written in figures. For one thread, once.</summary>
internal sealed class NumberWalk(SpokenText text)
{
    // 胜负, 自负, 肩负: not minus.
    private const string BeforeNoMinus = "胜自肩背担抱辜欺身重正";

    private readonly List<Replacement> _replacements = [];

    // Where the last figures end; a number behind 到 asks.
    private int _written = -1;

    /// <summary>All replacements, in order.</summary>
    public List<Replacement> Run()
    {
        int place = 0;
        while (place < text.Length)
        {
            if (Match(place) is not { } match)
            {
                place++;
                continue;
            }

            _replacements.AddRange(match.Replacements);
            if (match.IsWritten)
                _written = match.Replacements[^1].End;
            place = match.End;
        }

        return _replacements;
    }

    private RuleMatch? Match(int place)
    {
        if (text.IsFixed(place))
            return null;
        return text[place] switch
        {
            '第' => Ordinal(place),
            '负' => Negative(place),
            _ => text.IsNumeral(place) ? Ratios.ReadShare(text, place) ?? Number(place) : null,
        };
    }

    // 第十五 is 第15; below ten they are words: 第一, 第三次.
    private RuleMatch? Ordinal(int place)
    {
        int start = place + 1;
        if (!text.IsNumeral(start))
            return null;
        if (NumberReader.Read(text, start) is not { } number || Vagueness.IsVague(text, number) || number.Kind == NumberKind.Pair)
            return new RuleMatch(text.NumeralsEnd(start));
        return number.Kind == NumberKind.Digit ? new RuleMatch(number.End) : Written(number);
    }

    private RuleMatch? Negative(int place)
    {
        char before = text[place - 1];
        int start = place + 1;
        bool isMinus = !BeforeNoMinus.Contains(before) && !Numerals.Contains(before) && !text.HasFigures(place - 1) && text.IsNumeral(start) && !OrdinaryWords.BeginAt(text, start);
        if (!isMinus || (Ratios.ReadShare(text, start) ?? Amount(start)) is not { IsWritten: true } match)
            return null;
        Replacement first = match.Replacements[0];
        return new RuleMatch(match.End, [new Replacement(place, first.End, "-" + first.Text), .. match.Replacements.Skip(1)]);
    }

    // 负一个 counts nothing.
    private RuleMatch? Amount(int start)
    {
        if (NumberReader.Read(text, start) is not { } number || Vagueness.IsVague(text, number) || number.Kind == NumberKind.Pair)
            return null;
        if (number.Kind == NumberKind.Digit && text[number.End] is '个')
            return null;
        return Ratios.ReadFraction(text, number) ?? Decimals.Read(text, number) ?? Written(number);
    }

    private RuleMatch Number(int place)
    {
        if (NumberReader.Read(text, place) is not { } number || Vagueness.IsVague(text, number))
            return new RuleMatch(text.NumeralsEnd(place));
        return Ratios.ReadFraction(text, number)
            ?? ClockTimes.Read(text, number, text[_written] == '点' && LoneNumbers.EndsRange(text, number, _written + 1))
            ?? Decimals.Read(text, number)
            ?? (IsMeant(number) ? Written(number) : new RuleMatch(number.End));
    }

    private bool IsMeant(SpokenNumber number) => number.Kind switch
    {
        NumberKind.Cardinal => !IsWord(number),
        NumberKind.Digits => !IsCounting(number),
        NumberKind.Pair => LoneNumbers.IsAskedPair(text, number, _written),
        _ => LoneNumbers.IsAsked(text, number, _written),
    };

    // 一百货 is none, and 二百五 alone is a fool.
    private bool IsWord(SpokenNumber number)
    {
        if (text.Slice(number.Start, number.End) is "二百五")
            return !(Units.IsMeasure(text, number.End) || Units.IsCountedByTen(text, number.End));
        char next = text[number.End];
        return number.End - number.Start == 2 && next != SpokenText.Nothing && text[number.End - 1] switch
        {
            '百' => "姓货合科般叶".Contains(next),
            '千' => next == '金',
            '万' => "物象能般幸恶科达".Contains(next),
            _ => false,
        };
    }

    // 一二三 and 四五六 count or guess; longer series are numbers that somebody has.
    private bool IsCounting(SpokenNumber number)
    {
        int length = number.End - number.Start;
        for (int i = number.Start + 1; i < number.End; i++)
        {
            if (Numerals.Digit(text[i]) != Numerals.Digit(text[i - 1]) + 1)
                return false;
        }

        return length < 5;
    }

    private RuleMatch Written(SpokenNumber number) => new(number.End, Figures.Of(text, number));
}
