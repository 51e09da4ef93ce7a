using System.Threading.Channels;
using Parley.Inference.Devices;
using Parley.Server.Workers;
using Parley.Transcripts;

namespace Parley.Server.Tests.Jobs;

/// <summary>A fake engine: no models, no processes. A test sees every order as it comes and decides how it goes.</summary>
internal sealed class FakeEngine : ITranscriptionEngine
{
    private readonly Channel<FakeWork> _orders = Channel.CreateUnbounded<FakeWork>();
    private int _running;

    public int Slots { get; set; } = 1;

    public bool IsReady { get; set; } = true;

    public string ModelIdentity { get; set; } = "fake-models";

    /// <summary>Whether the models that are not there can be told a language.</summary>
    public bool ListensToLanguage { get; set; }

    /// <summary>Identities of bundles that jobs name.</summary>
    public Dictionary<string, string> Identities { get; } = [];

    public string IdentityOf(string? bundle) => bundle is null ? ModelIdentity : Identities.GetValueOrDefault(bundle, "none");

    /// <summary>When set, orders are answered at once, without the test.</summary>
    public Func<FakeWork, Task>? Answer { get; set; }

    public int Orders { get; private set; }

    public int MostAtOnce { get; private set; }

    public int Running => Volatile.Read(ref _running);

    public IReadOnlyList<WorkerStatus> Workers { get; } = [new WorkerStatus { Number = 1, State = "busy", Devices = ["asr cpu"] }];

    public bool TakesLanguage(string? bundle) => ListensToLanguage;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task<Transcript> RunAsync(WorkOrder order, IProgress<WorkProgress> progress, CancellationToken cancellationToken)
    {
        FakeWork work = new(order, progress, cancellationToken);
        lock (_orders)
        {
            Orders++;
            MostAtOnce = Math.Max(MostAtOnce, Interlocked.Increment(ref _running));
        }

        try
        {
            if (Answer is { } answer)
                await answer(work);
            else
                await _orders.Writer.WriteAsync(work, CancellationToken.None);
            return await work.EndAsync();
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    /// <summary>The next order, once it is there.</summary>
    public async Task<FakeWork> NextAsync()
    {
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(10));
        return await _orders.Reader.ReadAsync(patience.Token);
    }

    /// <summary>Whether an order waits for the test.</summary>
    public bool HasNext => _orders.Reader.TryPeek(out _);

    public Task SwitchDevicesAsync(DeviceOptions devices, CancellationToken cancellationToken) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>One order at the fake engine.</summary>
internal sealed class FakeWork(WorkOrder order, IProgress<WorkProgress> progress, CancellationToken cancellationToken)
{
    private readonly TaskCompletionSource<Transcript> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public WorkOrder Order => order;

    /// <summary>Identity of the models that do it, as the engine tells it.</summary>
    public string? Model { get; set; }

    public CancellationToken Token => cancellationToken;

    /// <summary>Whether it goes on although it was told to stop.</summary>
    public bool IsStubborn { get; set; }

    public FakeWork Start(TimeSpan? total = null)
    {
        progress.Report(new WorkProgress(1, TimeSpan.Zero, total) { Model = Model });
        return this;
    }

    public void Report(TimeSpan done, TimeSpan total) => progress.Report(new WorkProgress(1, done, total));

    public void Say(params TranscriptSentence[] settled) => progress.Report(new WorkProgress(1, TimeSpan.Zero, null) { Settled = settled });

    public void Complete(Transcript? transcript = null)
    {
        if (order.SaveAnalysisTo is { } path)
            File.WriteAllText(path, $"analysis of {order.JobId}");
        _end.TrySetResult(transcript ?? FakeTranscripts.Of("hello"));
    }

    public void Fail(Exception error) => _end.TrySetException(error);

    public async Task<Transcript> EndAsync()
    {
        using CancellationTokenRegistration stop = cancellationToken.Register(() =>
        {
            if (!IsStubborn)
                _end.TrySetCanceled(cancellationToken);
        });
        return await _end.Task;
    }
}
