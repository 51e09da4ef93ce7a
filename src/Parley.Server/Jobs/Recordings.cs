using Parley.Audio;

namespace Parley.Server.Jobs;

/// <summary>Makes what people listen to and look at, beside the recording, one thing at a time for each recording and few in all.</summary>
internal sealed class Recordings(TimeProvider clock) : IRecordings, IDisposable
{
    // Each is a process, or a thread, that is busy for up to minutes; transcripts come first.
    private const int MostAtOnce = 2;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(30);
    private static readonly AudioOptions Audio = new();

    private readonly SemaphoreSlim _slots = new(MostAtOnce, MostAtOnce);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Turn> _turns = new(StringComparer.Ordinal);

    public async Task<OpenRecording?> ListenAsync(JobStatus job, CancellationToken cancellationToken)
    {
        if (!job.HasRecording)
            return null;
        string copy = RecordingFiles.ListeningCopy(job.AudioPath);
        if (Open(copy, ListeningCopy.MediaType) is { } made)
            return made;
        try
        {
            if (await ListeningCopy.PlayableTypeAsync(job.AudioPath, job.FileName, Audio, cancellationToken) is { } type)
                return Open(job.AudioPath, type);
            await MakeAsync(job.AudioPath, copy, (temporary, stop) => ListeningCopy.WriteAsync(job.AudioPath, job.FileName, temporary, Audio, stop), cancellationToken);
            return Open(copy, ListeningCopy.MediaType);
        }
        catch (AudioDecodeException error) when (error.Fault == AudioFault.NotFound)
        {
            return null;
        }
    }

    public async Task<Waveform?> WaveformAsync(JobStatus job, CancellationToken cancellationToken)
    {
        if (!job.HasRecording)
            return null;
        string path = RecordingFiles.Peaks(job.AudioPath);
        if (PeaksFile.TryRead(path) is { } known)
            return known;
        File.Delete(path); // if it is there, it is damaged
        Waveform? measured = null;
        try
        {
            await MakeAsync(
                job.AudioPath,
                path,
                (temporary, stop) => Task.Run(
                    () =>
                    {
                        using AudioSource audio = AudioFile.Open(job.AudioPath, job.FileName, Audio, stop);
                        measured = Waveform.Measure(audio, stop);
                        PeaksFile.Write(temporary, measured);
                    },
                    stop),
                cancellationToken);
        }
        catch (AudioDecodeException error) when (error.Fault == AudioFault.NotFound)
        {
            return null;
        }

        return measured ?? PeaksFile.TryRead(path);
    }

    public void Dispose() => _slots.Dispose();

    // Whoever comes second finds it made. A reader sees the whole file or none.
    private async Task MakeAsync(string recording, string path, Func<string, CancellationToken, Task> make, CancellationToken cancellationToken)
    {
        using Turn turn = await TakeTurnAsync(path, cancellationToken);
        if (File.Exists(path))
            return;
        await _slots.WaitAsync(cancellationToken);
        string temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            using CancellationTokenSource limit = new(Limit, clock);
            using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            await make(temporary, either.Token);
            File.Move(temporary, path, overwrite: true);
            if (!File.Exists(recording)) // the job went meanwhile
                File.Delete(path);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new AudioDecodeException(AudioFault.TooLong, $"The recording could not be made ready within {Limit.TotalMinutes:0} minutes.");
        }
        finally
        {
            _slots.Release();
            File.Delete(temporary);
        }
    }

    private static OpenRecording? Open(string path, string mediaType)
    {
        try
        {
            FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 1 << 16, FileOptions.Asynchronous);
            return new OpenRecording(file, mediaType, new DateTimeOffset(File.GetLastWriteTimeUtc(file.SafeFileHandle)));
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private async Task<Turn> TakeTurnAsync(string path, CancellationToken cancellationToken)
    {
        Turn turn;
        lock (_gate)
        {
            if (!_turns.TryGetValue(path, out turn!))
                _turns.Add(path, turn = new Turn(this, path));
            turn.Users++;
        }

        try
        {
            await turn.Gate.WaitAsync(cancellationToken);
            return turn;
        }
        catch
        {
            Leave(turn);
            throw;
        }
    }

    private void Leave(Turn turn)
    {
        lock (_gate)
        {
            if (--turn.Users == 0)
                _turns.Remove(turn.Path);
        }
    }

    /// <summary>The right to make one file.</summary>
    private sealed class Turn(Recordings owner, string path) : IDisposable
    {
        public string Path { get; } = path;

        public SemaphoreSlim Gate { get; } = new(1, 1);

        public int Users { get; set; }

        public void Dispose()
        {
            Gate.Release();
            owner.Leave(this);
        }
    }
}
