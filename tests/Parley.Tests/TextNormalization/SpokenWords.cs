using Parley.Asr;

namespace Parley.Tests.TextNormalization;

/// <summary>Texts as a recogniser gives them: a word for each Chinese character and each English word, 200 ms long and 40 ms apart.</summary>
internal static class SpokenWords
{
    public static Word[] Of(string text)
    {
        List<Word> words = [];
        string latin = "";
        foreach (char character in text + " ")
        {
            if (char.IsAscii(character) && character != ' ')
            {
                latin += character;
                continue;
            }

            foreach (string next in (string[])[latin, character == ' ' ? "" : character.ToString()])
            {
                if (next.Length > 0)
                    words.Add(new Word(next, words.Count * 240, (words.Count * 240) + 200, 0.5f + (words.Count % 5 / 10f)));
            }

            latin = "";
        }

        return [.. words];
    }

    public static string Text(IEnumerable<Word> words) => string.Concat(words.Select(word => word.Text));

    /// <summary>How a number up to 10^12 is read aloud.</summary>
    public static string Reading(long number)
    {
        if (number >= 100_000_000)
            return Reading(number / 100_000_000) + "亿" + Rest(number % 100_000_000, 10_000_000);
        if (number >= 10_000)
            return Reading(number / 10_000) + "万" + Rest(number % 10_000, 1000);
        string text = "";
        bool zero = false;
        foreach ((long unit, string name) in ((long, string)[])[(1000, "千"), (100, "百"), (10, "十"), (1, "")])
        {
            long digit = number / unit % 10;
            if (digit > 0)
                text += (zero && text.Length > 0 ? "零" : "") + "零一二三四五六七八九"[(int)digit] + name;
            zero = digit == 0;
        }

        return text;
    }

    private static string Rest(long number, long full) => number == 0 ? "" : (number < full ? "零" : "") + Reading(number);
}
