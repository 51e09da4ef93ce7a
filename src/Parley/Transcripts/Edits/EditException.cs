namespace Parley.Transcripts.Edits;

/// <summary>An operation cannot be done; the person can do something about it. The message says what.</summary>
public sealed class EditException(string message, Exception? innerException = null) : Exception(message, innerException);
