"""Speakers from embeddings, by the rules of FunASR's cluster back end, for evaluation. N windows."""

import numpy as np

MERGE_COSINE, FEWEST_WINDOWS = 0.78, 20


def k_means(points, count, seed=0, restarts=10):
    """points [N, D] -> labels [N] of the best of several runs with greedy k-means++ seeding."""
    rng = np.random.RandomState(seed)
    points = points - points.mean(0)
    best, best_cost = None, np.inf
    for _ in range(restarts):
        centres = [points[rng.randint(len(points))]]
        while len(centres) < count:
            nearest = np.min([((points - centre) ** 2).sum(1) for centre in centres], 0)
            total = nearest.sum()
            trials = rng.choice(len(points), 2 + int(np.log(count)), p=nearest / total if total > 0 else None)
            costs = [np.minimum(nearest, ((points - points[trial]) ** 2).sum(1)).sum() for trial in trials]
            centres.append(points[trials[int(np.argmin(costs))]])
        centres = np.array(centres)
        for _ in range(300):
            distances = ((points[:, None] - centres[None]) ** 2).sum(2)
            labels = distances.argmin(1)
            moved = np.array([points[labels == k].mean(0) if (labels == k).any() else points[distances.min(1).argmax()] for k in range(count)])
            shift = ((moved - centres) ** 2).sum()
            centres = moved
            if shift <= 1e-4 * points.var(0).mean():
                break
        distances = ((points[:, None] - centres[None]) ** 2).sum(2)
        if distances.min(1).sum() < best_cost:
            best, best_cost = distances.argmin(1), distances.min(1).sum()
    return best


def spectral(embeddings, speakers=None):
    """embeddings [N, D] -> labels [N]; the number of speakers is the largest gap of the smallest 16 eigenvalues when not given."""
    count = len(embeddings)
    unit = embeddings / np.linalg.norm(embeddings, axis=1, keepdims=True)
    similarity = (unit @ unit.T).astype(np.float64)
    kept = 6.0 / count if count * 0.022 < 6 else 0.022
    zeroed = int((1 - kept) * count)
    for row in similarity:
        row[np.argsort(row, kind="stable")[:zeroed]] = 0
    similarity = (similarity + similarity.T) / 2
    np.fill_diagonal(similarity, 0)
    values, vectors = np.linalg.eigh(np.diag(np.abs(similarity).sum(1)) - similarity)
    if speakers is None:
        speakers = 1 + int(np.argmax(np.diff(values[:16])))
    return k_means(vectors[:, :speakers], speakers)


def merge_similar(labels, embeddings):
    """Joins clusters whose mean embeddings have a cosine of 0.78 or more."""
    labels = labels.copy()
    while labels.max() > 0:
        centres = np.array([embeddings[labels == k].mean(0) for k in range(labels.max() + 1)])
        centres /= np.linalg.norm(centres, axis=1, keepdims=True)
        cosine = np.triu(centres @ centres.T, 1) - 2 * np.tril(np.ones((len(centres), len(centres))))
        first, second = np.unravel_index(cosine.argmax(), cosine.shape)
        if cosine[first, second] < MERGE_COSINE:
            break
        labels[labels == second] = first
        labels[labels > second] -= 1
    return labels


def cluster(embeddings, speakers=None):
    """embeddings [N, 192] in time order -> labels [N]."""
    if len(embeddings) < FEWEST_WINDOWS:
        return np.zeros(len(embeddings), int)
    labels = spectral(embeddings, speakers)
    return labels if speakers is not None else merge_similar(np.unique(labels, return_inverse=True)[1], embeddings)
