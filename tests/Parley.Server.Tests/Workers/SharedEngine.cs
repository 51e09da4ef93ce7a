using Parley.Server.Configuration;
using Parley.Server.Workers;

namespace Parley.Server.Tests.Workers;

/// <summary>One engine for the tests of a class that do it no harm, started by the first of them: a worker takes seconds to start.</summary>
public sealed class SharedEngine : IAsyncDisposable
{
    private readonly WorkFolder _folder = new();
    private ITranscriptionEngine? _engine;

    /// <summary>The engine, ready. Tests of one class run one after the other.</summary>
    internal async Task<ITranscriptionEngine> GetAsync(Func<ServerOptions, ITranscriptionEngine> create)
    {
        if (_engine is null)
        {
            _engine = create(_folder.Options());
            await _engine.StartAsync(CancellationToken.None);
        }

        await Wait.UntilReadyAsync(_engine);
        return _engine;
    }

    public async ValueTask DisposeAsync()
    {
        if (_engine is not null)
            await _engine.DisposeAsync();
        _folder.Dispose();
    }
}
