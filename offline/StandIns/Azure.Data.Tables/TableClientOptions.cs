using Azure.Core;

namespace Azure.Data.Tables;

/// <summary>Retries, transport and diagnostics of a table client, and the version of the REST interface it speaks.</summary>
public class TableClientOptions : ClientOptions
{
    public TableClientOptions(ServiceVersion serviceVersion = ServiceVersion.V2020_12_06)
    {
        VersionHeader = serviceVersion switch
        {
            ServiceVersion.V2019_02_02 => "2019-02-02",
            ServiceVersion.V2020_12_06 => "2020-12-06",
            _ => throw new ArgumentOutOfRangeException(nameof(serviceVersion)),
        };
        foreach (var header in (string[])["x-ms-error-code", "x-ms-continuation-NextTableName", "DataServiceVersion", "Prefer"])
            Diagnostics.LoggedHeaderNames.Add(header);
        foreach (var name in (string[])["$filter", "$top", "$select"])
            Diagnostics.LoggedQueryParameters.Add(name);
    }

#pragma warning disable CA1707 // Names of the official package
    public enum ServiceVersion
    {
        V2019_02_02 = 1,
        V2020_12_06 = 2,
    }
#pragma warning restore CA1707

    /// <summary>The value of <c>x-ms-version</c>.</summary>
    internal string VersionHeader { get; }
}
