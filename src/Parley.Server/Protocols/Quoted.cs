namespace Parley.Server.Protocols;

/// <summary>Text of a client inside a sentence of ours. Pure.</summary>
internal static class Quoted
{
    private const int Max = 64;

    /// <summary>Short, and without control characters.</summary>
    public static string Text(string? text)
    {
        string plain = string.Concat((text ?? "").Select(letter => char.IsControl(letter) ? '\uFFFD' : letter));
        return plain.Length <= Max ? plain : plain[..Max] + "…";
    }
}
