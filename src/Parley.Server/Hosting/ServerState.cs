using Parley.Server.Workers;

namespace Parley.Server.Hosting;

/// <summary>What the server's own pages need to know about it. Safe for concurrent use.</summary>
internal sealed class ServerState(ITranscriptionEngine engine, JobsRoom jobs, TimeProvider time)
{
    private readonly long _started = time.GetTimestamp();
    private volatile int _phase = (int)ServerPhase.Starting;
    private volatile bool _wasReady;

    public ITranscriptionEngine Engine => engine;

    public JobsRoom Jobs => jobs;

    public ServerPhase Phase => (ServerPhase)_phase;

    public TimeSpan Uptime => time.GetElapsedTime(_started);

    /// <summary>Whether a job that comes now is taken and a worker is there for it.</summary>
    public bool IsReady => Phase == ServerPhase.Running && engine.IsReady && jobs.Jobs.Figures.IsAccepting;

    /// <summary>Whether it has been ready once: before that it is starting, afterwards it is in trouble when it is not.</summary>
    public bool WasReady
    {
        get
        {
            if (!_wasReady && IsReady)
                _wasReady = true;
            return _wasReady;
        }
    }

    public void Enter(ServerPhase phase) => _phase = (int)phase;
}
