namespace AtpKeyserver.Perf.Scaling;

/// <summary>Concurrent calls for one group.</summary>
internal sealed record HotFigures(
    int Calls, double RequestsACall, double RowsACall, int LogRows, double BytesAnEntry);
