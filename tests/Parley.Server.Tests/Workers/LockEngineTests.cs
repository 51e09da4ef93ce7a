using Parley.Server.Configuration;
using Parley.Server.Workers;

namespace Parley.Server.Tests.Workers;

public sealed class LockEngineTests(SharedEngine shared) : EngineTests(shared)
{
    internal override ITranscriptionEngine Create(ServerOptions options) => new LockEngine(options);
}
