namespace AtpKeyserver.Configuration;

/// <summary>Compares names in any case, to find the one that was probably meant.</summary>
internal static class Spelling
{
    private const int MaxEdits = 2;

    /// <summary>Short names are similar by chance.</summary>
    private const int LettersPerEdit = 3;

    /// <summary>Whether a name differs from a known one by at most two edits, or one if it is short.</summary>
    public static bool IsNear(string name, string known) =>
        Edits(name, known) <= Math.Min(MaxEdits, known.Length / LettersPerEdit);

    /// <summary>
    /// The letters to insert, delete or replace, and the neighbours to swap (optimal string alignment distance).
    /// </summary>
    public static int Edits(string one, string other)
    {
        var (a, b) = (one.ToUpperInvariant(), other.ToUpperInvariant());
        var edits = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            for (var j = 0; j <= b.Length; j++)
                edits[i, j] = i == 0 ? j : j == 0 ? i : Least(i, j);
        }

        return edits[a.Length, b.Length];

        int Least(int i, int j)
        {
            var replaced = edits[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            var least = Math.Min(replaced, Math.Min(edits[i - 1, j], edits[i, j - 1]) + 1);
            return i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]
                ? Math.Min(least, edits[i - 2, j - 2] + 1)
                : least;
        }
    }
}
