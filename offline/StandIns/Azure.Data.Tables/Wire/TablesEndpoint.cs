using Azure.Core;
using Azure.Core.Pipeline;

namespace Azure.Data.Tables.Wire;

/// <summary>A table service: its address, the pipeline to it, and the headers that every request carries.</summary>
internal sealed class TablesEndpoint
{
    /// <summary>
    /// What a token is asked for.
    /// Source: https://learn.microsoft.com/azure/storage/tables/authorize-access-azure-active-directory
    /// </summary>
    private const string StorageScope = "https://storage.azure.com/.default";
    private const string MinimalMetadata = "application/json;odata=minimalmetadata";

    private readonly HttpPipeline _pipeline;
    private readonly string _version;

    public TablesEndpoint(Uri uri, string account, HttpPipelinePolicy authentication, TableClientOptions options)
    {
        options ??= new TableClientOptions();
        Uri = uri;
        Account = account;
        _version = options.VersionHeader;
        _pipeline = HttpPipelineBuilder.Build(new HttpPipelineOptions(options)
        {
            PerRetryPolicies = { authentication },
            ResponseClassifier = new ResponseClassifier(),
            RequestFailedDetailsParser = TablesErrorParser.Instance,
        });
    }

    public Uri Uri { get; }

    public string Account { get; }

    public static TablesEndpoint From(string connectionString, TableClientOptions options)
    {
        var parts = ConnectionString.Parse(connectionString);
        return new(parts.Endpoint, parts.Credential.AccountName, new SharedKeyLitePolicy(parts.Credential), options);
    }

    public static TablesEndpoint From(Uri endpoint, TableSharedKeyCredential credential, TableClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        ArgumentNullException.ThrowIfNull(credential);
        return new(endpoint, credential.AccountName, new SharedKeyLitePolicy(credential), options);
    }

    public static TablesEndpoint From(Uri endpoint, TokenCredential credential, TableClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        ArgumentNullException.ThrowIfNull(credential);
        return new(endpoint, AccountOf(endpoint), new BearerTokenAuthenticationPolicy(credential, StorageScope), options);
    }

    /// <param name="method">The verb.</param>
    /// <param name="path">What follows the service's address, escaped, a slash first.</param>
    /// <param name="body">JSON, or null.</param>
    public HttpMessage CreateMessage(RequestMethod method, string path, byte[] body = null)
    {
        var message = _pipeline.CreateMessage();
        var request = message.Request;
        request.Method = method;
        request.Uri.Reset(Uri);
        request.Uri.AppendPath(path, escape: false);
        request.Headers.Add("x-ms-version", _version);
        request.Headers.Add("DataServiceVersion", "3.0");
        request.Headers.Add(HttpHeader.Names.Accept, MinimalMetadata);
        if (body is not null)
        {
            request.Headers.Add(HttpHeader.Names.ContentType, "application/json");
            request.Content = RequestContent.Create(body);
        }

        return message;
    }

    /// <summary>Sends and returns the answer if its status is one of those expected.</summary>
    /// <exception cref="RequestFailedException">Any other answer; status 0 when there was none.</exception>
    public async ValueTask<Response> SendAsync(HttpMessage message, int expected, int alsoExpected, CancellationToken cancellation)
    {
        await _pipeline.SendAsync(message, cancellation).ConfigureAwait(false);
        var status = message.Response.Status;
        return status == expected || status == alsoExpected ? message.Response : throw new RequestFailedException(message.Response);
    }

    /// <summary>The first label of <c>account.table.core.windows.net</c>, or of a path-style address the last part of its path.</summary>
    private static string AccountOf(Uri endpoint) =>
        endpoint.AbsolutePath.Length > 1 ? endpoint.Segments[^1].Trim('/') : endpoint.Host.Split('.')[0];
}
