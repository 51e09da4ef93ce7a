namespace Parley.Server.Webhooks;

/// <summary>A message about a job, as people see it.</summary>
/// <param name="Id">The receiver knows it by this.</param>
/// <param name="Job">What it is about.</param>
/// <param name="Type">What happened.</param>
/// <param name="Url">Where it goes; of an address of the configuration no more than the host.</param>
/// <param name="State"><c>pending</c>, <c>delivered</c>, <c>failed</c> (given up) or <c>gone</c> (the receiver wants no more).</param>
/// <param name="Attempts">Since it was made, or sent again.</param>
/// <param name="CreatedAt">When the job ended.</param>
/// <param name="NextAttemptAt">Null when there is none.</param>
/// <param name="LastAttemptAt">Null before the first.</param>
/// <param name="LastStatus">Status of the last answer; null when there was none.</param>
/// <param name="LastError">Why the last attempt failed; null when it did not.</param>
internal sealed record WebhookDelivery(
    Guid Id, Guid Job, string Type, string Url, string State, int Attempts,
    DateTimeOffset CreatedAt, DateTimeOffset? NextAttemptAt, DateTimeOffset? LastAttemptAt, int? LastStatus, string? LastError);
