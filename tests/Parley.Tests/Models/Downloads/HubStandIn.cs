using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Parley.Tests.Models.Downloads;

/// <summary>What a stand-in does instead of answering properly, once.</summary>
public enum Fault
{
    None,
    Truncate,
    Drop,
    Stall,
    Corrupt,
    WebPage,
    Status404,
    Status429,
    Status500,
}

/// <summary>
/// A stand-in for a model hub on this machine: it speaks the file interfaces of both hubs as their clients use them (listing, file, ranges
/// with If-Range) and fails in the ways that are asked for. It is not a hub; what real ones do beyond that is not tested here.
/// </summary>
internal sealed class HubStandIn : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentDictionary<string, byte[]> _files = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ConcurrentQueue<Fault>> _faults = new(StringComparer.Ordinal);
    private readonly Task _loop;

    public HubStandIn()
    {
        _listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
        _loop = ServeAsync();
    }

    public Uri Address { get; }

    /// <summary>Request lines with the Range, in order of arrival.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>Whether the listing tells SHA-256.</summary>
    public bool TellsHashes { get; set; } = true;

    /// <summary>Completed when a stall has begun.</summary>
    public TaskCompletionSource Stalled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Puts a file into a repository.</summary>
    public void Put(string repository, string path, byte[] content) => _files[$"{repository}/{path}"] = content;

    /// <summary>Makes the next answers for a file fail; <c>list</c> means the listing.</summary>
    public void Fail(string file, params Fault[] faults) => _faults[file] = new ConcurrentQueue<Fault>(faults);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        await _loop;
        _end.Dispose();
    }

    private async Task ServeAsync()
    {
        List<Task> connections = [];
        try
        {
            while (true)
                connections.Add(AnswerAsync(await _listener.AcceptTcpClientAsync(_end.Token)));
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or InvalidOperationException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task AnswerAsync(TcpClient client)
    {
        using TcpClient open = client;
        try
        {
            NetworkStream stream = client.GetStream();
            using StreamReader reader = new(stream, Encoding.ASCII, leaveOpen: true);
            string target = (await reader.ReadLineAsync(_end.Token) ?? "GET / HTTP/1.1").Split(' ')[1];
            Dictionary<string, string> headers = new(StringComparer.OrdinalIgnoreCase);
            while (await reader.ReadLineAsync(_end.Token) is { Length: > 0 } line)
                headers[line.Split(':')[0]] = line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
            Requests.Enqueue($"{target} {headers.GetValueOrDefault("Range")}".Trim());
            await AnswerAsync(stream, target, headers);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or SocketException)
        {
            // The other side went away, or the test is over.
        }
    }

    private async Task AnswerAsync(NetworkStream stream, string target, Dictionary<string, string> headers)
    {
        (string repository, string? file, bool isModelScope) = Parse(new Uri(Address, target));
        byte[]? content = file is null ? Listing(repository, isModelScope) : _files.GetValueOrDefault($"{repository}/{file}");
        Fault fault = _faults.TryGetValue(file ?? "list", out ConcurrentQueue<Fault>? faults) && faults.TryDequeue(out Fault next) ? next : Fault.None;
        if (content is null || fault == Fault.Status404)
            await SendAsync(stream, "404 Not Found", "", "{\"Code\":404}"u8.ToArray());
        else if (fault == Fault.Status429)
            await SendAsync(stream, "429 Too Many Requests", "Retry-After: 3600\r\n", []);
        else if (fault == Fault.Status500)
            await SendAsync(stream, "500 Internal Server Error", "", []);
        else if (fault == Fault.WebPage)
            await SendAsync(stream, "200 OK", "", Encoding.ASCII.GetBytes("<!DOCTYPE html>" + new string(' ', content.Length)), content.Length);
        else if (fault != Fault.Drop)
            await SendFileAsync(stream, content, headers, fault);
    }

    private async Task SendFileAsync(NetworkStream stream, byte[] content, Dictionary<string, string> headers, Fault fault)
    {
        string tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(content))[..16]}\"";
        int start = 0;
        string status = "200 OK", range = "";
        if (headers.TryGetValue("Range", out string? asked) && (!headers.TryGetValue("If-Range", out string? version) || version == tag))
        {
            start = int.Parse(asked["bytes=".Length..^1]);
            (status, range) = ("206 Partial Content", $"Content-Range: bytes {start}-{content.Length - 1}/{content.Length}\r\n");
        }

        byte[] body = content[start..];
        if (fault == Fault.Corrupt)
            body[^1] ^= 0xFF;
        int sent = fault is Fault.Truncate or Fault.Stall ? body.Length / 2 : body.Length;
        await SendAsync(stream, status, $"ETag: {tag}\r\n{range}", body, body.Length, sent);
        if (fault == Fault.Stall)
        {
            Stalled.TrySetResult();
            await Task.Delay(Timeout.Infinite, _end.Token);
        }
    }

    private async Task SendAsync(NetworkStream stream, string status, string headers, byte[] body, int? length = null, int? sent = null)
    {
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nContent-Length: {length ?? body.Length}\r\nConnection: close\r\n{headers}\r\n"), _end.Token);
        await stream.WriteAsync(body.AsMemory(0, Math.Min(sent ?? body.Length, length ?? body.Length)), _end.Token);
    }

    private static (string Repository, string? File, bool IsModelScope) Parse(Uri uri)
    {
        string[] parts = [.. uri.AbsolutePath.Trim('/').Split('/').Select(Uri.UnescapeDataString)];
        if (parts is ["api", "v1", "models", var owner, var name, "repo", .. var rest])
        {
            string? path = uri.Query.TrimStart('?').Split('&').FirstOrDefault(pair => pair.StartsWith("FilePath=", StringComparison.Ordinal));
            return ($"{owner}/{name}", rest.Length == 0 ? Uri.UnescapeDataString(path!["FilePath=".Length..]) : null, true);
        }

        return parts is ["api", "models", var who, var what, "tree", _] ? ($"{who}/{what}", null, false)
            : parts is [var left, var right, "resolve", _, .. var file] ? ($"{left}/{right}", string.Join('/', file), false)
            : ("", "", false);
    }

    private byte[]? Listing(string repository, bool isModelScope)
    {
        (string Path, byte[] Content)[] files = [.. _files.Where(file => file.Key.StartsWith(repository + "/", StringComparison.Ordinal)).Select(file => (file.Key[(repository.Length + 1)..], file.Value))];
        if (files.Length == 0)
            return null;
        string? Hash(byte[] content) => TellsHashes ? Convert.ToHexStringLower(SHA256.HashData(content)) : null;
        return JsonSerializer.SerializeToUtf8Bytes<object>(isModelScope
            ? new { Code = 200, Data = new { Files = files.Select(file => new { file.Path, Name = file.Path, Type = "blob", Size = file.Content.Length, Sha256 = Hash(file.Content) }) } }
            : files.Select(file => new { type = "file", path = file.Path, oid = "0", size = file.Content.Length, lfs = TellsHashes ? new { oid = Hash(file.Content), size = file.Content.Length, pointerSize = 130 } : null }));
    }
}
