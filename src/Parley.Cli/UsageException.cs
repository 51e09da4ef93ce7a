namespace Parley.Cli;

/// <summary>The command line or the configuration asks for something impossible; the message says what to write instead.</summary>
internal sealed class UsageException(string message, Exception? innerException = null) : Exception(message, innerException);
