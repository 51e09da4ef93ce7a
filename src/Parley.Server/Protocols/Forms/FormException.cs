namespace Parley.Server.Protocols.Forms;

/// <summary>Why a form is not taken.</summary>
internal enum FormFault
{
    /// <summary>A field is wrong, or the form is.</summary>
    Invalid,

    /// <summary>The body is no form.</summary>
    NotAForm,

    /// <summary>The file is no kind that is taken here.</summary>
    UnsupportedFormat,

    /// <summary>The file is larger than files may be.</summary>
    TooLarge,

    /// <summary>There is no room for it.</summary>
    DiskFull,

    /// <summary>It could not be written, and the reason is in the log.</summary>
    Internal,
}

/// <summary>A form is not taken; each door says so in its own words.</summary>
/// <param name="fault">Why.</param>
/// <param name="message">For people: what is wrong, what was expected.</param>
/// <param name="name">The field that is wrong; null when it is none.</param>
internal sealed class FormException(FormFault fault, string message, string? name = null) : Exception(message)
{
    public FormFault Fault => fault;

    public string? Field => name;

    /// <summary>The value of a field was understood, and is none that it may have.</summary>
    public bool IsValue { get; private init; }

    /// <summary>A field is missing, was sent twice, or contradicts another one.</summary>
    public static FormException Invalid(string? field, string message) => new(FormFault.Invalid, message, field);

    /// <summary>A field has a value that it may not have.</summary>
    public static FormException Value(string field, string message) => new(FormFault.Invalid, message, field) { IsValue = true };

    public static FormException TooLarge(int limitMb) => new(
        FormFault.TooLarge, $"The file is larger than {limitMb} MB, which is this server's limit (server.max_file_size_mb). Compress or split it.", "file");

    public static FormException DiskFull() => new(FormFault.DiskFull, "The server's disk is nearly full, and it cannot take the file. Try again later, or tell its operator.");
}
