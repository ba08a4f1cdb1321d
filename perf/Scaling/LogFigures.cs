namespace AtpKeyserver.Perf.Scaling;

/// <summary>Bytes of an entry of the access log that has a row of its own.</summary>
internal sealed record LogFigures(double Browser, double Pds);
