namespace AtpKeyserver.Perf.Scaling;

/// <summary>Bytes of an access log entry in its own row.</summary>
internal sealed record LogFigures(double Browser, double Pds);
