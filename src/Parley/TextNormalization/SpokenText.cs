using Parley.Asr;

namespace Parley.TextNormalization;

/// <summary>The words of a sentence as characters, one for each word: places in the text are places in the list of words. Immutable.</summary>
internal sealed class SpokenText
{
    /// <summary>What stands before the first and behind the last character.</summary>
    public const char Nothing = '\0';

    // Stands for a word of more than one character: English words, figures.
    private const char Foreign = '\uFFFC';

    // Stands for those of them that hold figures.
    private const char Figures = '\uFFFB';

    private readonly string _characters;
    private readonly bool[] _fixed;

    public SpokenText(IReadOnlyList<Word> words)
    {
        _characters = string.Create(words.Count, words, static (characters, words) =>
        {
            for (int i = 0; i < characters.Length; i++)
                characters[i] = Character(words[i].Text);
        });
        _fixed = FixedExpressions.Find(this);
    }

    public int Length => _characters.Length;

    /// <summary>The character at a place; <see cref="Nothing"/> outside the text.</summary>
    public char this[int place] => (uint)place < (uint)_characters.Length ? _characters[place] : Nothing;

    /// <summary>The characters [start, end).</summary>
    public ReadOnlySpan<char> Slice(int start, int end) => _characters.AsSpan(start, end - start);

    /// <summary>Whether a text stands at a place.</summary>
    public bool Has(int place, string text)
        => place >= 0 && place < _characters.Length && _characters.AsSpan(place).StartsWith(text, StringComparison.Ordinal);

    /// <summary>Whether figures stand at a place already.</summary>
    public bool HasFigures(int place) => this[place] == Figures || char.IsAsciiDigit(this[place]);

    /// <summary>Whether one of some texts stands at a place.</summary>
    public bool HasAny(int place, ReadOnlySpan<string> texts)
    {
        foreach (string text in texts)
        {
            if (Has(place, text))
                return true;
        }

        return false;
    }

    /// <summary>Whether one of some texts ends right before a place.</summary>
    public bool HasAnyBefore(int place, ReadOnlySpan<string> texts)
    {
        foreach (string text in texts)
        {
            if (Has(place - text.Length, text))
                return true;
        }

        return false;
    }

    /// <summary>Whether a place is part of an expression that is never written in figures.</summary>
    public bool IsFixed(int place) => (uint)place < (uint)_fixed.Length && _fixed[place];

    /// <summary>Whether a character at a place may belong to a number.</summary>
    public bool IsNumeral(int place) => Numerals.Contains(this[place]) && !IsFixed(place);

    /// <summary>Behind the last of the numerals that begin at a place.</summary>
    public int NumeralsEnd(int start)
    {
        int end = start;
        while (IsNumeral(end))
            end++;
        return end;
    }

    /// <summary>Behind the last of the digits that begin at a place.</summary>
    public int DigitsEnd(int start)
    {
        int end = start;
        while (IsNumeral(end) && Numerals.Digit(this[end]) >= 0)
            end++;
        return end;
    }

    private static char Character(string word)
        => word is [var only] ? only : word.AsSpan().ContainsAnyInRange('0', '9') ? Figures : Foreign;
}
