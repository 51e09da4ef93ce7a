using System.Numerics.Tensors;

namespace Parley.Speakers;

/// <summary>k-means with scikit-learn's rules: greedy k-means++ seeding, Lloyd steps, several starts, smallest inertia wins. Same input, same output.</summary>
/// <remarks>Arthur and Vassilvitskii, "k-means++: The Advantages of Careful Seeding", SODA 2007.</remarks>
internal sealed class KMeans
{
    private const int MaxIterations = 300;
    private const double RelativeTolerance = 1e-4;
    private readonly double[] _points;
    private readonly int _dim, _count, _k;
    private readonly double _tolerance;
    private readonly double[] _centres, _nearest, _candidate, _best;
    private readonly int[] _labels, _sizes;

    private KMeans(double[] points, int dim, int k)
    {
        (_points, _dim, _count, _k) = (points, dim, points.Length / dim, k);
        _centres = new double[k * dim];
        _nearest = new double[_count];
        _candidate = new double[_count];
        _best = new double[_count];
        _labels = new int[_count];
        _sizes = new int[k];
        _tolerance = RelativeTolerance * Centre(points, dim);
    }

    /// <summary>Groups the points.</summary>
    /// <param name="points">Row-major, shape [n, dim]; overwritten.</param>
    /// <param name="dim">Values of a point.</param>
    /// <param name="k">Groups, 1 to n.</param>
    /// <param name="restarts">Starts.</param>
    /// <param name="seed">Seed of the first; the others follow from it.</param>
    /// <param name="cancellationToken">Checked in every iteration.</param>
    /// <returns>A group for each point, shape [n]. A group can stay empty when points coincide.</returns>
    public static int[] Cluster(double[] points, int dim, int k, int restarts, int seed, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(k, points.Length / dim);
        if (k == 1)
            return new int[points.Length / dim];
        KMeans means = new(points, dim, k);
        SplitMix64 random = new(seed);
        int[] best = [];
        double smallest = double.PositiveInfinity;
        for (int start = 0; start < restarts; start++)
        {
            means.SeedCentres(ref random, cancellationToken);
            double inertia = means.Run(cancellationToken);
            if (inertia < smallest)
                (best, smallest) = ((int[])means._labels.Clone(), inertia);
        }

        return best;
    }

    // Moves the origin to the mean, which keeps distances precise; returns the mean variance of a column.
    private static double Centre(double[] points, int dim)
    {
        int count = points.Length / dim;
        double variance = 0;
        for (int column = 0; column < dim; column++)
        {
            double mean = 0;
            for (int i = column; i < points.Length; i += dim)
                mean += points[i] / count;
            for (int i = column; i < points.Length; i += dim)
            {
                points[i] -= mean;
                variance += points[i] * points[i] / points.Length;
            }
        }

        return variance;
    }

    private void SeedCentres(ref SplitMix64 random, CancellationToken cancellationToken)
    {
        int trials = 2 + (int)Math.Log(_k);
        Point(random.Next(_count)).CopyTo(_centres);
        double potential = Distances(_centres.AsSpan(0, _dim), _nearest, limit: default);
        for (int centre = 1; centre < _k; centre++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int chosen = 0;
            double smallest = double.PositiveInfinity;
            for (int trial = 0; trial < trials; trial++)
            {
                int point = Draw(random.NextDouble() * potential);
                double left = Distances(Point(point), _candidate, _nearest);
                if (left >= smallest)
                    continue;
                (chosen, smallest) = (point, left);
                _candidate.CopyTo(_best, 0);
            }

            Point(chosen).CopyTo(_centres.AsSpan(centre * _dim));
            _best.CopyTo(_nearest, 0);
            potential = smallest;
        }
    }

    // A point with probability proportional to its distance from the centres so far.
    private int Draw(double target)
    {
        double sum = 0;
        for (int i = 0; i < _count; i++)
        {
            sum += _nearest[i];
            if (sum >= target)
                return i;
        }

        return _count - 1;
    }

    private double Distances(ReadOnlySpan<double> centre, double[] distances, ReadOnlySpan<double> limit)
    {
        double sum = 0;
        for (int i = 0; i < _count; i++)
        {
            double distance = Distance(Point(i), centre);
            distances[i] = limit.IsEmpty ? distance : Math.Min(distance, limit[i]);
            sum += distances[i];
        }

        return sum;
    }

    private double Run(CancellationToken cancellationToken)
    {
        Array.Fill(_labels, -1);
        for (int iteration = 0; iteration < MaxIterations; iteration++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            bool changed = Assign();
            if (!changed)
                break;
            if (MoveCentres() <= _tolerance)
            {
                Assign();
                break;
            }
        }

        return TensorPrimitives.Sum<double>(_nearest);
    }

    private bool Assign()
    {
        bool changed = false;
        for (int i = 0; i < _count; i++)
        {
            int best = 0;
            double smallest = double.PositiveInfinity;
            for (int centre = 0; centre < _k; centre++)
            {
                double distance = Distance(Point(i), _centres.AsSpan(centre * _dim, _dim));
                if (distance < smallest)
                    (best, smallest) = (centre, distance);
            }

            changed |= _labels[i] != best;
            _labels[i] = best;
            _nearest[i] = smallest;
        }

        return changed;
    }

    private double MoveCentres()
    {
        RefillEmpty();
        double[] old = (double[])_centres.Clone();
        Array.Clear(_centres);
        for (int i = 0; i < _count; i++)
        {
            Span<double> centre = _centres.AsSpan(_labels[i] * _dim, _dim);
            TensorPrimitives.Add(centre, Point(i), centre);
        }

        for (int centre = 0; centre < _k; centre++)
        {
            Span<double> sum = _centres.AsSpan(centre * _dim, _dim);
            if (_sizes[centre] > 0)
                TensorPrimitives.Divide(sum, _sizes[centre], sum);
            else
                old.AsSpan(centre * _dim, _dim).CopyTo(sum);
        }

        return Distance(old, _centres);
    }

    // An empty group takes the point that is farthest from its centre, unless all points sit on theirs.
    private void RefillEmpty()
    {
        Array.Clear(_sizes);
        foreach (int label in _labels)
            _sizes[label]++;
        for (int centre = 0; centre < _k; centre++)
        {
            if (_sizes[centre] > 0)
                continue;
            int farthest = TensorPrimitives.IndexOfMax<double>(_nearest);
            if (_nearest[farthest] <= 0)
                return;
            _sizes[_labels[farthest]]--;
            _sizes[centre]++;
            _labels[farthest] = centre;
            _nearest[farthest] = 0;
        }
    }

    private ReadOnlySpan<double> Point(int index) => _points.AsSpan(index * _dim, _dim);

    private static double Distance(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        double sum = 0;
        if (a.Length >= 32)
        {
            sum = TensorPrimitives.Distance(a, b);
            return sum * sum;
        }

        for (int i = 0; i < a.Length; i++)
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        return sum;
    }
}
