namespace Parley.Cli.Transcribing;

/// <summary>A recording to work on.</summary>
/// <param name="Name">As the user named it; for messages.</param>
/// <param name="Path">Full path; null for standard input.</param>
/// <param name="Below">Directory below the folder that was named, for recordings found in subfolders; else empty.</param>
internal sealed record InputFile(string Name, string? Path, string Below = "")
{
    /// <summary>What stands for standard input on the command line.</summary>
    public const string StandardInputName = "-";

    /// <summary>Standard input.</summary>
    public static InputFile StandardInput { get; } = new(StandardInputName, null);

    /// <summary>File name with extension; that of outputs for standard input is <c>stdin</c>.</summary>
    public string FileName => Path is null ? "stdin" : System.IO.Path.GetFileName(Path);
}
