using DataSpace.Kernel.Results;
using Microsoft.AspNetCore.Http;

namespace DataSpace.Hosting.Http;

/// <summary>Files of a log over HTTP (C2SP tlog-tiles): a tile of a name never changes, a checkpoint always may.</summary>
public static class LogFiles
{
    /// <summary>Of tiles and bundles, partial ones too.</summary>
    public const string Immutable = "public, max-age=31536000, immutable";

    /// <summary>Of everything else.</summary>
    public const string Fresh = "no-cache";

    /// <summary>The file, or the problem when there is none.</summary>
    /// <param name="http">The request.</param>
    /// <param name="file">Its path, or null.</param>
    /// <param name="relative">Its name in the log, for example <c>tile/0/000</c>.</param>
    /// <param name="missing">What is answered without it.</param>
    public static IResult Serve(HttpContext http, string? file, string relative, ErrorKind missing)
    {
        if (file is null || !File.Exists(file))
            return missing.Of().ToProblem();
        var isTile = relative.StartsWith("tile/", StringComparison.Ordinal);
        http.Response.Headers.CacheControl = isTile ? Immutable : Fresh;
        return Results.File(file, isTile ? "application/octet-stream" : "text/plain; charset=utf-8");
    }
}
