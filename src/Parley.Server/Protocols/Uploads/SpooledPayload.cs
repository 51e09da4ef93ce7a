namespace Parley.Server.Protocols.Uploads;

/// <summary>Why a payload was not kept.</summary>
internal enum SpoolFault
{
    None,

    /// <summary>No base64.</summary>
    NotBase64,

    /// <summary>The disk has no room.</summary>
    DiskFull,

    /// <summary>The disk failed; the log says how.</summary>
    WriteFailed,

    /// <summary>Nobody waits for it: its upload is not known, or takes no data.</summary>
    Unwanted,

    /// <summary>Larger than it may be.</summary>
    TooLarge,
}

/// <summary>A decoded payload in a file. Disposing deletes the file, if it is still there.</summary>
internal sealed class SpooledPayload : IDisposable
{
    private readonly UploadFiles? _files;
    private string? _path;

    public SpooledPayload(UploadFiles files, string path, long length, string md5)
        => (_files, _path, Length, Md5) = (files, path, length, md5);

    private SpooledPayload(SpoolFault fault) => (Fault, Md5) = (fault, string.Empty);

    /// <summary>A payload that was not kept.</summary>
    public static SpooledPayload Failed(SpoolFault fault) => new(fault);

    public SpoolFault Fault { get; }

    /// <summary>Bytes that were sent; the file holds no more than were expected.</summary>
    public long Length { get; }

    /// <summary>Of the file, in lower-case hexadecimal digits.</summary>
    public string Md5 { get; }

    /// <summary>Of the file, in lower-case hexadecimal digits; null when nobody computed it.</summary>
    public string? Sha256 { get; init; }

    /// <summary>Full path of the file, which stays this object's.</summary>
    public string Path => _path ?? throw new InvalidOperationException("The payload was not kept, or it is disposed.");

    public void Dispose()
    {
        if (_path is not null)
            _files?.Delete(_path);
        _path = null;
    }
}
