namespace Parley.Asr;

/// <summary>What is wished of the words cannot be done; the message says why, and what to do instead. The caller can fix it.</summary>
/// <param name="message">For people.</param>
public sealed class RecognitionWishException(string message) : Exception(message);
