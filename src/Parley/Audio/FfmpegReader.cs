using System.ComponentModel;
using System.Diagnostics;

namespace Parley.Audio;

/// <summary>
/// Decodes a file with ffmpeg in a process of its own, which ends with the recording, with a cancellation or when disposed. It writes
/// 32-bit floats at the file's own rate and channels into a pipe; mix and resampling are ours, and so are equal for all formats.
/// </summary>
internal sealed class FfmpegReader : ISampleReader
{
    private static readonly TimeSpan ExitPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LengthTolerance = TimeSpan.FromMilliseconds(500);

    private readonly Process _process;
    private readonly string _displayName;
    private readonly string _input;
    private readonly MediaHead _head;
    private readonly IDisposable? _owned;
    private readonly FfmpegLog _log = new();
    private readonly Task _logRead;
    private readonly WaveReader? _wave;
    private long _samples;
    private bool _ended;
    private bool _disposed;

    private FfmpegReader(Process process, string displayName, string input, MediaHead head, IDisposable? owned, CancellationToken cancellationToken)
    {
        (_process, _displayName, _input, _head, _owned) = (process, displayName, input, head, owned);
        _logRead = _log.ReadAsync(process.StandardError);
        try
        {
            using CancellationTokenRegistration registration = cancellationToken.Register(Kill);
            _wave = TryReadHeader();
            cancellationToken.ThrowIfCancellationRequested();
            if (_wave is null)
                throw Failure(Exit());
            _log.Opened.Wait(cancellationToken);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public int SampleRateHz => _wave!.SampleRateHz;

    public TimeSpan? Duration => _log.Duration;

    public bool DurationIsReliable => _log.DurationIsReliable;

    /// <summary>Starts ffmpeg and waits for the first decoded bytes.</summary>
    /// <param name="fullPath">Full path of the file.</param>
    /// <param name="displayName">What messages call it.</param>
    /// <param name="head">Its first bytes.</param>
    /// <param name="owned">Disposed with the reader.</param>
    /// <param name="options">Where ffmpeg is.</param>
    /// <param name="cancellationToken">Kills ffmpeg.</param>
    /// <exception cref="AudioDecodeException">ffmpeg is missing, or found nothing that it can decode.</exception>
    public static FfmpegReader Open(
        string fullPath, string displayName, MediaHead head, IDisposable? owned, AudioOptions options, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        string program = FfmpegLocator.Find(options) ?? throw FfmpegLocator.Missing(displayName, options);
        Process process = new() { StartInfo = StartInfo(program, fullPath) };
        try
        {
            process.Start();
        }
        catch (Win32Exception error)
        {
            process.Dispose();
            throw FfmpegLocator.Missing(displayName, options, error);
        }

        process.StandardInput.Close();
        return new FfmpegReader(process, displayName, FfmpegInput.Name(fullPath), head, owned, cancellationToken);
    }

    public int Read(Span<float> mono, CancellationToken cancellationToken)
    {
        if (_ended)
            return 0;
        int count;
        using (cancellationToken.Register(Kill))
            count = _wave!.Read(mono, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        if (_log.Damage is { } damage)
            throw Damaged(damage);
        _samples += count;
        if (count == 0)
        {
            CheckEnd(Exit());
            _ended = true;
        }

        return count;
    }

    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        Kill();
        _process.WaitForExit(ExitPatience);
        // The streams are closed with the process, under a reader that may still wait for a line.
        _logRead.Wait(ExitPatience);
        _process.Dispose();
        _owned?.Dispose();
    }

    // The output: the first audio stream. Gaps between time stamps become silence, so that times are those of a player.
    private static ProcessStartInfo StartInfo(string program, string fullPath) => FfmpegInput.StartInfo(
        program,
        fullPath,
        ["-err_detect", "crccheck", "-vn", "-sn", "-dn"],
        [
            "-map", "0:a:0", "-map_metadata", "-1", "-map_chapters", "-1", "-af", "aresample=async=1:first_pts=0",
            "-c:a", "pcm_f32le", "-fflags", "+bitexact", "-flags:a", "+bitexact", "-f", "wav", "pipe:1",
        ]);

    private WaveReader? TryReadHeader()
    {
        try
        {
            return new WaveReader(_process.StandardOutput.BaseStream, _displayName, owned: null);
        }
        catch (AudioDecodeException)
        {
            return null; // ffmpeg wrote nothing; it said why
        }
    }

    private int Exit()
    {
        if (!_process.WaitForExit(ExitPatience))
            Kill();
        _process.WaitForExit();
        _logRead.Wait(ExitPatience);
        return _process.ExitCode;
    }

    private void CheckEnd(int exitCode)
    {
        if (_log.Damage is { } damage)
            throw Damaged(damage);
        if (exitCode != 0)
            throw Failure(exitCode);
        TimeSpan decoded = TimeSpan.FromSeconds(_samples / (double)SampleRateHz);
        if (_log.DurationIsOfSound && _samples > 0 && decoded + LengthTolerance < _log.Duration)
            throw Damaged($"its header says {_log.Duration:c}, and it ends after {decoded:c}");
    }

    private AudioDecodeException Failure(int exitCode)
    {
        string[] errors = [.. _log.Errors];
        string last = errors.LastOrDefault() ?? $"ffmpeg ended with code {exitCode} and said nothing";
        bool Said(string text) => errors.Any(error => error.Contains(text, StringComparison.OrdinalIgnoreCase));
        if (Said("matches no streams") || Said("does not contain any stream"))
            return new AudioDecodeException(AudioFault.NoAudioStream, $"{_displayName} has no audio stream. Was it recorded without sound?");
        if (Said("Protocol '"))
            return new AudioDecodeException(AudioFault.Forbidden, $"{_displayName} wants to read another file or address, which is refused. Give the recording itself.");
        if (Said("Format not on whitelist"))
            return new AudioDecodeException(AudioFault.NotMedia, $"{_displayName} is not a kind of audio or video that is accepted.");
        if (_log.IsMapped || _head.Kind is MediaKind.Known or MediaKind.Wave)
            return Damaged(last);
        return new AudioDecodeException(AudioFault.NotMedia, $"{_displayName} is not audio or video that ffmpeg knows: {Named(last)}.");
    }

    private AudioDecodeException Damaged(string finding) => new(
        AudioFault.Damaged,
        $"{_displayName} is damaged or cut off: {Named(finding)}. Copy it again from where it came; "
            + "to use what is left, convert it first (ffmpeg -i <file> <copy>.wav).");

    // ffmpeg names the file that it was given, which may be a temporary one.
    private string Named(string text) => text.Replace(_input, _displayName, StringComparison.Ordinal).Trim().TrimEnd('.');

    private void Kill()
    {
        try
        {
            if (!_process.HasExited)
                _process.Kill(entireProcessTree: true);
        }
        catch (Exception error) when (error is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It ended by itself in the meantime.
        }
    }
}
