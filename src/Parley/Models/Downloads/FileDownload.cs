using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Parley.Models.Downloads;

/// <summary>A file to fetch.</summary>
/// <param name="Address">Where it is.</param>
/// <param name="Path">Where it goes. While it is fetched, what has come lies in <c>Path.part</c>.</param>
/// <param name="Bytes">Size; null when nobody said.</param>
/// <param name="Sha256">Checksum; null when nobody said.</param>
internal sealed record WantedFile(Uri Address, string Path, long? Bytes, string? Sha256)
{
    public string PartPath => Path + ".part";

    // Which version of the file the part belongs to.
    public string VersionPath => Path + ".part.etag";
}

/// <summary>Fetches one file: goes on where an earlier run stopped, checks it, and gives it its name only then.</summary>
/// <param name="client">The hub.</param>
/// <param name="file">What is fetched.</param>
/// <param name="progress">Receives changes of the number of bytes that are there, also negative ones.</param>
internal sealed class FileDownload(HubClient client, WantedFile file, Action<long> progress)
{
    /// <summary>No official model comes near.</summary>
    private const long MaxBytes = 64L << 30;

    // What progress was told about this file.
    private long _reported;

    /// <summary>Bytes that are there and not known to be wrong; retries look whether they grow.</summary>
    public long Kept => _reported;

    /// <summary>Bytes that an earlier run left.</summary>
    public static long BytesThere(WantedFile file)
        => File.Exists(file.Path) ? new FileInfo(file.Path).Length : File.Exists(file.PartPath) ? new FileInfo(file.PartPath).Length : 0;

    /// <summary>One try.</summary>
    /// <returns>The SHA-256 of the whole file.</returns>
    /// <exception cref="TransferException">Try again.</exception>
    /// <exception cref="ModelFileException">Trying again does not help.</exception>
    public async Task<string> TryAsync(CancellationToken cancellationToken)
    {
        if (File.Exists(file.Path))
        {
            if (Report(new FileInfo(file.Path).Length) == (file.Bytes ?? _reported) && Hash(file.Path, cancellationToken) is { } found && IsRight(found))
                return found;
            File.Delete(file.Path);
        }

        long start = StartOfRest();
        Report(start);
        if (start == 0 || start != file.Bytes)
            await FetchRestAsync(start, cancellationToken).ConfigureAwait(false);
        return Finish(cancellationToken);
    }

    /// <summary>How much of the part can be kept.</summary>
    private long StartOfRest()
    {
        long there = File.Exists(file.PartPath) ? new FileInfo(file.PartPath).Length : 0;
        bool isSame = file.Sha256 is not null || File.Exists(file.VersionPath);
        if (there > 0 && isSame && there <= (file.Bytes ?? long.MaxValue))
            return there;
        Discard();
        return 0;
    }

    private async Task FetchRestAsync(long start, CancellationToken cancellationToken)
    {
        HttpRequestMessage request = new(HttpMethod.Get, file.Address);
        if (start > 0)
        {
            request.Headers.Range = new RangeHeaderValue(start, null);
            if (File.Exists(file.VersionPath) && EntityTagHeaderValue.TryParse(await File.ReadAllTextAsync(file.VersionPath, cancellationToken).ConfigureAwait(false), out EntityTagHeaderValue? version))
                request.Headers.IfRange = new RangeConditionHeaderValue(version);
        }

        using HttpResponseMessage response = await client.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            Discard();
            throw new TransferException("the hub has another file than the one that was begun.");
        }

        client.CheckStatus(file.Address, response);
        if (start > 0 && !Continues(response, start))
        {
            Discard();
            start = 0;
            Report(0);
        }

        await StoreAsync(response, start, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Whether the answer is the rest that was asked for; hubs may also send the whole file.</summary>
    private static bool Continues(HttpResponseMessage response, long start)
    {
        if (response.StatusCode != HttpStatusCode.PartialContent)
            return false;
        return response.Content.Headers.ContentRange?.From == start ? true : throw new TransferException("the hub sent another part of the file than was asked for.");
    }

    private async Task StoreAsync(HttpResponseMessage response, long start, CancellationToken cancellationToken)
    {
        long? announced = start + response.Content.Headers.ContentLength;
        if (file.Bytes is { } size && announced is { } length && length != size)
            throw new TransferException($"the hub sends {length} bytes, its list says {size}.");
        // Weak tags promise no equal bytes, so nothing can be resumed with them.
        if (start == 0 && response.Headers.ETag is { IsWeak: false } version)
            await File.WriteAllTextAsync(file.VersionPath, version.ToString(), Encoding.ASCII, cancellationToken).ConfigureAwait(false);

        FileStream part = new(file.PartPath, start == 0 ? FileMode.Create : FileMode.Append, FileAccess.Write, FileShare.Read);
        await using (part.ConfigureAwait(false))
        {
            await client.CopyAsync(response, part, (file.Bytes ?? MaxBytes) - start, Count, cancellationToken).ConfigureAwait(false);
            part.Flush(flushToDisk: true);
        }

        long there = new FileInfo(file.PartPath).Length;
        if ((file.Bytes ?? announced) is { } whole && there < whole)
            throw new TransferException($"the file ended after {there} of {whole} bytes.");
    }

    private string Finish(CancellationToken cancellationToken)
    {
        string found = Hash(file.PartPath, cancellationToken);
        string? wrong = !IsRight(found) ? $"its SHA-256 is {found}, expected {file.Sha256}." : WrongKind(file.PartPath);
        if (wrong is not null)
        {
            Discard();
            Report(0);
            throw new TransferException($"what came is not the file: {wrong}");
        }

        File.Move(file.PartPath, file.Path, overwrite: true);
        File.Delete(file.VersionPath);
        return found;
    }

    private bool IsRight(string found) => file.Sha256 is null || string.Equals(found, file.Sha256, StringComparison.OrdinalIgnoreCase);

    /// <summary>Why a file cannot be what its name says; null when it can. Pages of proxies and pointers of git-lfs come under any name.</summary>
    private string? WrongKind(string path)
    {
        if (file.Path.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase))
        {
            try
            {
                OnnxFileCheck.Check(path);
                return null;
            }
            catch (ModelFileException error)
            {
                return error.Message;
            }
        }

        using FileStream stream = File.OpenRead(path);
        Span<byte> head = stackalloc byte[64];
        string start = Encoding.Latin1.GetString(head[..stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)]).TrimStart('\u00EF', '\u00BB', '\u00BF', ' ', '\r', '\n', '\t');
        if (start.Length == 0)
            return "it is empty.";
        if (start.StartsWith("version https://git-lfs", StringComparison.Ordinal))
            return "it is a pointer of git-lfs.";
        return start.StartsWith("<!", StringComparison.Ordinal) || start.StartsWith("<html", StringComparison.OrdinalIgnoreCase) ? "it is a web page." : null;
    }

    private static string Hash(string path, CancellationToken cancellationToken) => ModelFile.Of(path).ComputeSha256(cancellationToken);

    private void Discard()
    {
        File.Delete(file.PartPath);
        File.Delete(file.VersionPath);
    }

    private void Count(int bytes) => Report(_reported + bytes);

    private long Report(long there)
    {
        progress(there - _reported);
        return _reported = there;
    }
}
