using System.Buffers;
using System.IO.Pipelines;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Parley.Server.Workers.Wire;
using Parley.Transcripts;

namespace Parley.Server.Workers.Pool;

/// <summary>Speaks with one worker. Safe for concurrent use.</summary>
internal sealed class WorkerClient : IDisposable
{
    // The words of a day take less.
    private const int MaxLineBytes = 256 << 20;

    private const int ReadBytes = 64 << 10;

    private readonly HttpClient _http;

    public WorkerClient(string socketPath)
    {
        SocketsHttpHandler handler = new()
        {
            ConnectCallback = async (_, cancellationToken) =>
            {
                Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), cancellationToken);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
            UseProxy = false,
            ActivityHeadersPropagator = null,
        };
        _http = new HttpClient(handler) { BaseAddress = new Uri("http://worker"), Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>How it is; null when it does not answer, or not with a report.</summary>
    public async Task<WorkerReport?> AskAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        using CancellationTokenSource waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        waiting.CancelAfter(limit);
        try
        {
            return await _http.GetFromJsonAsync(WirePaths.Status, WireJson.Default.WorkerReport, waiting.Token);
        }
        catch (Exception error) when (IsBroken(error) || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null;
        }
    }

    /// <summary>Has a job done.</summary>
    /// <returns>The transcript, or why there is none.</returns>
    /// <exception cref="Exception"><see cref="IsBroken"/>: the connection broke, or what came is no answer.</exception>
    public async Task<(Transcript? Transcript, WorkerFailure? Failure)> RunAsync(WorkOrder order, Action<WorkerLine> progress, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, WirePaths.Jobs) { Content = JsonContent.Create(order, WireJson.Default.WorkOrder) };
        using HttpResponseMessage response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        response.EnsureSuccessStatusCode();
        await using Stream body = await response.Content.ReadAsStreamAsync(cancellationToken);
        PipeReader lines = PipeReader.Create(body, new StreamPipeReaderOptions(bufferSize: ReadBytes));
        while (true)
        {
            WorkerLine line = await ReadLineAsync(lines, cancellationToken);
            if (line.Transcript is not null || line.Failure is not null)
                return (line.Transcript, line.Failure);
            progress(line);
        }
    }

    /// <summary>Asks it to stop a job; whether it does shows in the job's answer.</summary>
    public async Task CancelAsync(Guid jobId, CancellationToken cancellationToken)
    {
        try
        {
            using HttpResponseMessage response = await _http.DeleteAsync($"{WirePaths.Jobs}/{jobId}", cancellationToken);
        }
        catch (Exception error) when (IsBroken(error) || error is OperationCanceledException)
        {
            // It does not listen: then it is killed when the grace has passed.
        }
    }

    /// <summary>Whether an exception means that the worker went away or talks nonsense.</summary>
    public static bool IsBroken(Exception error)
        => error is HttpRequestException or IOException or JsonException or InvalidDataException or SocketException or NotSupportedException;

    public void Dispose() => _http.Dispose();

    private static async Task<WorkerLine> ReadLineAsync(PipeReader lines, CancellationToken cancellationToken)
    {
        long seen = 0; // of the line: a long one comes in many pieces, and each is searched once
        while (true)
        {
            ReadResult read = await lines.ReadAsync(cancellationToken);
            if (read.Buffer.Slice(seen).PositionOf((byte)'\n') is { } end)
            {
                WorkerLine? line = Parse(read.Buffer.Slice(0, end));
                lines.AdvanceTo(read.Buffer.GetPosition(1, end));
                return line ?? throw new InvalidDataException("The worker's answer holds an empty line.");
            }

            if (read.IsCompleted)
                throw new InvalidDataException("The worker's answer ended without a result.");
            seen = read.Buffer.Length;
            if (seen > MaxLineBytes)
                throw new InvalidDataException($"The worker's answer holds a line of more than {MaxLineBytes} bytes.");
            lines.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private static WorkerLine? Parse(ReadOnlySequence<byte> line)
    {
        Utf8JsonReader reader = new(line);
        return JsonSerializer.Deserialize(ref reader, WireJson.Default.WorkerLine);
    }
}
