namespace Parley.Asr;

/// <summary>A label of a CTC network and the frames that it holds.</summary>
/// <param name="Id">Class number.</param>
/// <param name="Start">First frame.</param>
/// <param name="End">Frame after the last.</param>
/// <param name="Probability">Of the label where the network is surest of it, in [0, 1].</param>
internal readonly record struct CtcSymbol(int Id, int Start, int End, float Probability);
