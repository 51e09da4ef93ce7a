using System.Globalization;
using System.Text;

namespace Parley.Asr;

/// <summary>Words of a segment, and the mark that the model wrote behind each.</summary>
/// <param name="Words">In time order, without marks and blanks; times relative like those of the tokens.</param>
/// <param name="Marks">As many; empty where there is none.</param>
internal sealed record MarkedWords(IReadOnlyList<Word> Words, IReadOnlyList<string> Marks);

/// <summary>
/// Joins SentencePiece tokens to words: a Chinese character or a kana is a word, and what stands between two blanks otherwise. Marks become the mark of
/// the word before them; signs inside a word stay in it (don't, 3.5, e-mail), others are dropped. A character's share of its token's time is even.
/// </summary>
internal sealed class PieceJoiner
{
    /// <summary>What SentencePiece writes for a blank.</summary>
    private const int Blank = 0x2581;

    // Signs beyond ASCII that stand inside words, too.
    private const int Apostrophe = 0x2019, MiddleDot = 0xB7;

    private const string MarkSigns = "，,。.？?！!；;：:、…";

    private readonly List<Word> _words = [];
    private readonly List<string> _marks = [];
    private readonly StringBuilder _text = new();
    private int _startMs, _endMs, _tokens, _lastToken;
    private float _probability;

    private PieceJoiner()
    {
    }

    /// <summary>Joins the tokens of a segment.</summary>
    /// <param name="tokens">In time order.</param>
    public static MarkedWords Join(ReadOnlySpan<AsrToken> tokens)
    {
        List<Letter> letters = [];
        for (int i = 0; i < tokens.Length; i++)
            AddLetters(tokens[i], i, letters);

        PieceJoiner joiner = new();
        for (int i = 0; i < letters.Count; i++)
            joiner.Take(letters[i], i + 1 < letters.Count ? letters[i + 1].Rune : default);
        joiner.Close();
        return new MarkedWords(joiner._words, joiner._marks);
    }

    private static void AddLetters(AsrToken token, int number, List<Letter> letters)
    {
        Rune[] runes = [.. token.Text.EnumerateRunes()];
        int spoken = Math.Max(1, runes.Count(rune => rune.Value != Blank)), place = 0;
        foreach (Rune rune in runes)
        {
            int length = token.EndMs - token.StartMs, at = Math.Min(place, spoken - 1);
            letters.Add(new Letter(rune, number, token.StartMs + (length * at / spoken), token.StartMs + (length * (at + 1) / spoken), token.Probability));
            place += rune.Value != Blank ? 1 : 0;
        }
    }

    private void Take(Letter letter, Rune next)
    {
        if (letter.Rune.Value == Blank || Rune.IsWhiteSpace(letter.Rune))
        {
            Close();
        }
        else if (IsWordByItself(letter.Rune))
        {
            Close();
            Append(letter);
            Close();
        }
        else if (!IsSign(letter.Rune) || BelongsToWord(letter.Rune, next))
        {
            Append(letter);
        }
        else
        {
            Close();
            if (_marks.Count > 0 && _marks[^1].Length == 0 && MarkSigns.Contains(letter.Rune.ToString(), StringComparison.Ordinal))
                _marks[^1] = letter.Rune.ToString();
        }
    }

    // A comma is part of a number only; other signs also join letters. A per cent sign ends a number.
    private bool BelongsToWord(Rune sign, Rune next)
    {
        bool joins = sign.IsAscii || sign.Value is Apostrophe or MiddleDot;
        if (!joins || _text.Length == 0 || !char.IsLetterOrDigit(_text[^1]))
            return false;
        bool number = char.IsAsciiDigit(_text[^1]);
        if (sign.Value == '%')
            return number;
        return sign.Value is ',' or ':' ? number && Rune.IsDigit(next) : Rune.IsLetterOrDigit(next) && !IsWordByItself(next);
    }

    private void Append(Letter letter)
    {
        if (_text.Length == 0)
            (_startMs, _probability, _tokens, _lastToken) = (letter.StartMs, 0, 0, -1);
        _text.Append(letter.Rune.ToString());
        _endMs = letter.EndMs;
        if (letter.Token != _lastToken)
            (_probability, _tokens, _lastToken) = (_probability + letter.Probability, _tokens + 1, letter.Token);
    }

    private void Close()
    {
        if (_text.Length == 0)
            return;
        _words.Add(new Word(_text.ToString(), _startMs, _endMs, _probability / _tokens));
        _marks.Add("");
        _text.Clear();
    }

    private static bool IsSign(Rune rune) => Rune.GetUnicodeCategory(rune) is >= UnicodeCategory.ConnectorPunctuation and <= UnicodeCategory.OtherPunctuation;

    /// <summary>Han and kana: scripts that are written without blanks.</summary>
    private static bool IsWordByItself(Rune rune)
        => rune.Value is (>= 0x3005 and <= 0x3007) or (>= 0x3040 and <= 0x30FF) or (>= 0x3400 and <= 0x9FFF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x20000 and <= 0x3FFFF)
            && !IsSign(rune);

    /// <summary>A character of a token.</summary>
    private readonly record struct Letter(Rune Rune, int Token, int StartMs, int EndMs, float Probability);
}
