namespace Parley.Speakers;

/// <summary>The voices of a recording as numbers: all that grouping needs, whatever number of speakers is asked for. Immutable.</summary>
/// <param name="Windows">Pieces of speech in time order, shape [n].</param>
/// <param name="Values">Their embeddings, row-major, shape [n, dim].</param>
/// <param name="Dim">Values of one embedding, at least one.</param>
public sealed record VoiceEmbeddings(IReadOnlyList<SpeakerWindow> Windows, ReadOnlyMemory<float> Values, int Dim)
{
    /// <summary>The mean direction of all voices, of length 1; zeros when there are none. Of a recording of one person, that person's voice.</summary>
    public ReadOnlyMemory<float> Centre() => new EmbeddingSet(Values, Dim).Normalized().Centres(new int[Windows.Count], clusters: 1).Values;

    /// <summary>Groups the voices into speakers and turns. Needs no model, and the same voices give the same speakers every time.</summary>
    /// <param name="count">What is known about their number.</param>
    /// <param name="options">How speakers are told apart.</param>
    /// <param name="cancellationToken">Checked between steps.</param>
    /// <exception cref="ArgumentException">The number contradicts itself, or there is not one embedding for each window.</exception>
    public Diarization Group(SpeakerCount count, DiarizationOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(count);
        ArgumentNullException.ThrowIfNull(options);
        SpeakerBounds.Check(count);
        if (Dim < 1 || Values.Length != (long)Windows.Count * Dim)
            throw new ArgumentException($"Expected one embedding of {Dim} values for each of {Windows.Count} windows; there are {Values.Length} values.", nameof(count));
        int[] labels = SpeakerClustering.Cluster(new EmbeddingSet(Values, Dim), count, options.Clustering, cancellationToken);
        IReadOnlyList<SpeakerTurn> turns = TurnBuilder.Build(
            [.. Windows.Select(window => (window.StartSeconds, window.EndSeconds))], labels, options.MinTurnSeconds, options.ReferenceCompatibleTurns);
        return new Diarization(turns, turns.Count == 0 ? 0 : turns.Max(turn => turn.Speaker) + 1);
    }

    /// <summary>The mean direction of each speaker's voice, of length 1: of the windows whose middle lies in one of the speaker's turns. Zeros for a speaker without any.</summary>
    internal EmbeddingSet Centres(Diarization diarization)
    {
        List<int> rows = [], labels = [];
        int turn = 0;
        for (int i = 0; i < Windows.Count; i++)
        {
            double middle = (Windows[i].StartSeconds + Windows[i].EndSeconds) / 2;
            while (turn < diarization.Turns.Count && diarization.Turns[turn].EndSeconds <= middle)
                turn++;
            if (turn == diarization.Turns.Count)
                break;
            if (diarization.Turns[turn].StartSeconds > middle)
                continue;
            rows.Add(i);
            labels.Add(diarization.Turns[turn].Speaker);
        }

        EmbeddingSet chosen = new EmbeddingSet(Values, Dim).Select(rows.ToArray());
        return chosen.Normalized().Centres(labels.ToArray(), diarization.SpeakerCount);
    }
}
